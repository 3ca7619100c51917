from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "example_project.projects"
