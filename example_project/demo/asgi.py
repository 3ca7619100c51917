from example_project.asgi import application as example
from example_project.demo.cutting import cuttable

application = cuttable(example)
