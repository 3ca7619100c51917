from django_wizard_sessions.testing import a_push, a_task


async def test_a_push_reaches_an_open_page(open_wizard_stream, async_client, user, project):
    await async_client.aforce_login(user)
    sessions = f"/projects/{project.pk}/sessions/"
    push = a_push(workflow_id="integration", tasks=[a_task(status="in_progress")])
    async with open_wizard_stream(
        f"{sessions}stream/",
        query_params={"workflow_id": "integration"},
        cookies=async_client.cookies,
    ) as stream:
        await async_client.post(sessions, push, content_type="application/json")
        event = await stream.next()
    assert event.session["tasks"] == push["tasks"]


async def test_who_is_no_member_follows_nothing(
    open_wizard_stream, async_client, user, other_project
):
    await async_client.aforce_login(user)
    path = f"/projects/{other_project.pk}/sessions/stream/?workflow_id=integration"
    async with open_wizard_stream(path, cookies=async_client.cookies) as stream:
        assert stream.status == 404
        assert stream.body == b'{"detail":"Not found."}'


async def test_who_leaves_the_project_loses_the_open_page(
    open_wizard_stream, configure_wizard_sessions, async_client, user, project
):
    configure_wizard_sessions(STREAM_REAUTHORIZE_INTERVAL=0.1)
    await async_client.aforce_login(user)
    path = f"/projects/{project.pk}/sessions/stream/?workflow_id=integration"
    async with open_wizard_stream(path, cookies=async_client.cookies) as stream:
        await project.members.aclear()
        assert (await stream.next()).event == "end"
