from tests.factories import a_push


def ids(response):
    assert response.status_code == 200, response.text
    return [session["session_id"] for session in response.json()["results"]]


def test_it_is_a_page_of_sessions(example, workflow):
    for number in range(3):
        example.push(a_push(f"{workflow}-{number}", workflow_id=workflow))
    page = example.get(params={"workflow_id": workflow, "limit": 2}).json()
    assert list(page) == ["count", "next", "previous", "results"]
    assert (page["count"], page["previous"], len(page["results"])) == (3, None, 2)
    following = example.request("GET", page["next"]).json()
    assert (len(following["results"]), following["next"]) == (1, None)
    assert following["previous"] is not None


def test_the_newest_start_comes_first_and_ties_by_the_newest_creation(example, workflow):
    pushes = [("early", "2026-11-01"), ("late", "2026-11-03"), ("tie-1", "2026-11-02")]
    for name, day in [*pushes, ("tie-2", "2026-11-02")]:
        example.push(a_push(f"{workflow}-{name}", workflow_id=workflow, started_at=f"{day}T00:00Z"))
    example.push(a_push(f"{workflow}-tie-1", workflow_id=workflow, started_at="2026-11-02T00:00Z"))
    listed = ids(example.get(params={"workflow_id": workflow}))
    assert listed == [f"{workflow}-{name}" for name in ("late", "tie-2", "tie-1", "early")]


def test_it_can_be_filtered_by_workflow_and_by_skill(example, workflow):
    other = f"{workflow}-other"
    example.push(a_push(f"{workflow}-1", workflow_id=workflow, skill_id="django"))
    example.push(a_push(f"{workflow}-2", workflow_id=workflow, skill_id=workflow))
    example.push(a_push(f"{workflow}-3", workflow_id=other, skill_id=workflow))
    both = {"workflow_id": workflow, "skill_id": workflow}
    assert ids(example.get(params={"workflow_id": workflow})) == [f"{workflow}-2", f"{workflow}-1"]
    assert ids(example.get(params={"skill_id": workflow})) == [f"{workflow}-3", f"{workflow}-2"]
    assert ids(example.get(params=both)) == [f"{workflow}-2"]
    assert ids(example.get(params={"workflow_id": f"{workflow}-none"})) == []


def test_an_empty_filter_counts_as_absent(example, workflow):
    example.push(a_push(f"{workflow}-1", workflow_id=workflow))
    all_of_them = example.get().json()["count"]
    assert example.get(params={"workflow_id": "", "skill_id": ""}).json()["count"] == all_of_them


def test_an_offset_behind_the_end_is_an_empty_page(example):
    assert ids(example.get(params={"offset": 10_000})) == []


def test_an_offset_that_is_too_deep_is_refused_and_told_of_the_filters(example):
    answer = example.get(params={"offset": 10_001})
    told = (
        "Must be a whole number from 0 to 10000. "
        "To see older sessions, filter by workflow_id or skill_id."
    )
    assert (answer.status_code, answer.json()) == (400, {"offset": [told]})
