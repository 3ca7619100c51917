from django.contrib.auth.models import User
from django.test import TransactionTestCase

from django_wizard_sessions.testing import a_stored_session, open_stream
from tests.host.asgi import application
from tests.host.models import Project


class LivePageTests(TransactionTestCase):
    def setUp(self):
        self.project = Project.objects.create(name="Alice's shop")
        self.project.members.add(User.objects.create_user("alice"))
        a_stored_session(self.project, "run-1", workflow_id="integration")

    async def test_it_opens_with_the_latest_run(self):
        await self.async_client.aforce_login(await User.objects.aget())
        path = f"/projects/{self.project.pk}/sessions/stream/?workflow_id=integration"
        cookies = self.async_client.cookies
        async with open_stream(application, path, cookies=cookies) as stream:
            event = await stream.next()
        assert event.session["session_id"] == "run-1"
