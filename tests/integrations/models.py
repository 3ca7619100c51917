from . import documented

exec(documented.code("djangorestframework-api-key", "projects/models.py"))
