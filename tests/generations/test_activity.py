"""Who made what: counted from the rows, of the reader's own projects."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from generations import charts, figures
from generations.models import Attempt, Generation
from studio.models import Project
from tests.clips import video
from tests.make import make_clip, make_generation, make_project, streamed

pytestmark = pytest.mark.django_db


def made(project: Project, user: Any, *, cost: str = "0.42", seconds: int = 30, **fields: Any) -> Generation:
    row = make_generation(project, user, **fields)
    make_clip(row, video())
    now = timezone.now()
    Attempt.objects.filter(generation=row).update(accepted_at=now, cost_estimate=Decimal(cost), currency="USD")
    Generation.objects.filter(pk=row.pk).update(ended_at=row.created_at + timedelta(seconds=seconds))
    return row


def whole(client: Client, query: str = "") -> Any:
    return client.get(reverse("activity") + query).context["figures"].whole


def test_it_sums_clips_spend_success_and_time(client: Client, project: Project, alice: Any) -> None:
    made(project, alice, seconds=10)
    made(project, alice, seconds=50)
    make_generation(project, alice, status="failed")
    make_generation(project, alice)
    client.force_login(alice)
    told = whole(client)
    assert (told.asked, told.clips, told.failed) == (4, 2, 1)
    assert dict(told.spend) == {"USD": Decimal("0.84")}
    assert told.success == pytest.approx(2 / 3)
    assert told.median == 30


def test_what_a_provider_never_took_costs_nothing(client: Client, project: Project, alice: Any) -> None:
    row = make_generation(project, alice, status="failed")
    Attempt.objects.filter(generation=row).update(cost_estimate=Decimal("0.42"), currency="USD")
    client.force_login(alice)
    assert not whole(client).spend


def test_others_projects_do_not_count(client: Client, project: Project, alice: Any, charlie: Any) -> None:
    made(project, alice)
    made(make_project(charlie, "Secret"), charlie)
    client.force_login(charlie)
    assert whole(client).clips == 1
    assert "Autumn campaign" not in client.get(reverse("activity")).content.decode()
    assert whole(client, f"?project={project.pid}").clips == 0


def test_the_window_is_the_readers(client: Client, project: Project, alice: Any) -> None:
    row = made(project, alice)
    Generation.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=20))
    client.force_login(alice)
    assert whole(client, "?days=7").clips == 0
    assert whole(client, "?days=30").clips == 1
    assert whole(client, "?days=nonsense").clips == 1


def test_the_csv_has_a_row_for_each_and_no_formula(client: Client, project: Project, alice: Any) -> None:
    made(project, alice, prompt="=HYPERLINK(1)")
    make_generation(project, alice)
    client.force_login(alice)
    answer = client.get(reverse("activity-export"))
    text = streamed(answer).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 2
    assert rows[0]["cost"] == "0.4200"
    assert rows[0]["prompt"] == "'=HYPERLINK(1)"
    assert rows[1]["cost"] == ""


def test_the_csv_tells_the_time_of_its_reader(client: Client, project: Project, alice: Any) -> None:
    type(alice).objects.update(time_zone="Asia/Shanghai")
    make_generation(project, alice)
    client.force_login(alice)
    text = streamed(client.get(reverse("activity-export"))).decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(text)))["asked"].endswith("+08:00")


def test_a_stranger_exports_nothing(client: Client, project: Project, alice: Any, charlie: Any) -> None:
    made(project, alice)
    client.force_login(charlie)
    text = streamed(client.get(reverse("activity-export"))).decode("utf-8-sig")
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize(("count", "most"), [(0, 4), (4, 4), (5, 8), (99, 100), (101, 120), (4001, 6000)])
def test_the_scale_ends_at_a_round_number(count: int, most: int) -> None:
    assert charts.round_up(count) == most


def test_bars_stack_to_the_sum(project: Project) -> None:
    day = timezone.localdate()
    chart = charts.stacked({day: {"a": 3, "b": 1}}, {"a": "Model A", "b": "Model B"})
    low, high = chart.bars
    assert low.y + low.height == pytest.approx(charts.BASE)
    assert high.y + high.height == pytest.approx(low.y, abs=0.11)
    assert low.height == pytest.approx(3 * high.height, abs=0.3)


def test_two_people_of_one_name_stay_two(client: Client, project: Project, alice: Any, bob: Any) -> None:
    type(alice).objects.update(name="Alex")
    for user in (alice, bob):
        make_generation(project, user)
    people = figures.activity(Generation.objects.all(), 7).people
    assert [(name, total.asked) for name, total in people] == [("Alex", 1), ("Alex", 1)]
