from django.urls import path, re_path

from example_project.urls import urlpatterns

from . import views

urlpatterns = [
    *urlpatterns,
    path("page/", views.page),
    path("asset/", views.asset),
    re_path("^down/", views.down),
    path("streams/<str:enabled>/", views.switch_streams),
]
