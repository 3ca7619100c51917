from django.urls import path

from example_project.urls import urlpatterns

from . import views

urlpatterns = [
    *urlpatterns,
    path("page/", views.page),
    path("asset/", views.asset),
    path("down/<path:of_sessions>", views.down),
    path("streams/<str:enabled>/", views.switch_streams),
]
