from django.urls import path

from example_project.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.shop_window, name="shop-window"),
    path("embedded/", views.embedded, name="embedded"),
    path("terminal/", views.terminal_output, name="terminal-output"),
    path("terminal/succeed/", views.run, {"recording": "nextjs_completed"}, name="succeed"),
    path("terminal/fail/", views.run, {"recording": "nextjs_error"}, name="fail"),
    path("terminal/stop/", views.stop, name="stop"),
    path("cut/", views.cut, name="cut"),
]
