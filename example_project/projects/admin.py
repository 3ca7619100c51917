from django.contrib import admin

from example_project.projects.models import Project

admin.site.register(Project)
