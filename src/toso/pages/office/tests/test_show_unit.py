"""The overview of a unit: what it shows, to whom, by which boundaries, and what wrong links get."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from toso.kernel.clock import today
from toso.kernel.ids import new_id, short
from toso.pages.office.registry import Access, registry
from toso.pages.office.urls import Door, urlpatterns

OLD, NEW = "2025-06-30", "2025-07-01"


def link(unit, on=NEW, boundaries=NEW, **more):
    query = "&".join(f"{key}={value}" for key, value in {"on": on, "boundaries": boundaries, **more}.items())
    return f"/office/units/{short(unit)}/?{query}"


def page(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def test_every_path_names_its_rule():
    assert all(isinstance(pattern.callback, Door) for pattern in urlpatterns)
    assert {page.name for page in registry.pages.values() if page.access is Access.OPEN} == {
        "welcome", "app", "sign-in", "sign-out", "language",
    }  # fmt: skip


def test_nobody_sees_figures_without_signing_in(world):
    for known in registry.pages.values():
        if known.access is Access.OPEN:
            continue
        answer = Client().get("/" + known.path.replace("<str:id>", short(world.merged)))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/office/sign-in")


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("tinh", {"province", "merged", "district", "one", "own hamlet", "neighbour"}),
        ("huyen", {"merged", "district", "one", "own hamlet", "neighbour"}),
        ("xa", {"merged", "one", "own hamlet", "neighbour"}),
        ("to", {"own hamlet"}),
        ("khong", set()),
    ],
)
def test_who_sees_which_unit(world, sign_in, told, who, seen):
    client = sign_in(who)
    units = {
        "province": (world.province, NEW),
        "merged": (world.merged, NEW),
        "district": (world.district, OLD),
        "one": (world.one, OLD),
        "own hamlet": (world.hamlets["Trường Thành B"], NEW),
        "neighbour": (world.hamlets["Bờ Đập"], NEW),
    }
    for name, (unit, boundaries) in units.items():
        page(client, link(unit, NEW, boundaries), 200 if name in seen else 403)


@pytest.mark.parametrize(("who", "unit", "boundaries"), [("tinh", "province", None), ("huyen", "district", OLD),
                                                         ("xa", "merged", None)])  # fmt: skip
def test_home_leads_to_the_own_unit_on_boundaries_where_it_exists(world, sign_in, told, who, unit, boundaries):
    answer = sign_in(who).get("/office/")
    parts = urlsplit(answer["Location"])
    assert short(getattr(world, unit)) in parts.path
    now = today().isoformat()
    assert parse_qs(parts.query) == {"on": [now], "boundaries": [boundaries or now]}


def test_home_without_a_role_gets_a_sentence(sign_in):
    answer = sign_in("khong").get("/office/")
    assert answer.status_code == 403
    assert "chưa được giao đơn vị nào" in answer.content.decode()


def test_cards_show_value_declared_share_day_and_what_is_missing(world, sign_in, told):
    shown = page(sign_in("xa"), link(world.merged))
    assert "8.326" in shown
    assert "trong đó số khai báo: 8.100" in shown
    assert "50,6%" in shown
    assert "chưa có số liệu" in shown
    assert "Số liệu đến ngày <strong>01/07/2025</strong>" in shown
    assert "theo địa giới ngày <strong>01/07/2025</strong>" in shown
    assert "2/3 ấp, khóm có gửi số liệu" in shown
    assert ">0<" not in shown
    assert told == [(world.merged, date(2025, 7, 1), date(2025, 7, 1))]


def test_a_sum_over_some_units_says_so(world, sign_in, told):
    assert "mới có số liệu của 1/2 đơn vị cấp dưới" in page(sign_in("huyen"), link(world.district, OLD, OLD))


def test_drill_down_and_up_keep_the_days(world, sign_in, told):
    client = sign_in("tinh")
    shown = page(client, link(world.province, "2024-12-31", OLD))
    down = f"/office/units/{short(world.district)}/?on=2024-12-31&amp;boundaries={OLD}"
    assert down in shown
    below = page(client, down.replace("&amp;", "&"))
    assert f"/office/units/{short(world.province)}/?on=2024-12-31&amp;boundaries={OLD}" in below


def test_way_up_stops_where_rights_end(world, sign_in, told):
    shown = page(sign_in("xa"), link(world.merged))
    assert "<span>Tỉnh Sóc Trăng</span>" in shown
    assert short(world.province) not in shown


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("", ["Đại Ân", "Trường Khánh"]),
        ("-name", ["Trường Khánh", "Đại Ân"]),
        ("participation", ["Trường Khánh", "Đại Ân"]),
        ("-participation", ["Trường Khánh", "Đại Ân"]),
        ("nonsense", ["Đại Ân", "Trường Khánh"]),
    ],
)
def test_table_is_sorted_and_missing_stands_last(world, sign_in, told, order, names):
    shown = page(sign_in("huyen"), link(world.district, OLD, OLD, sort=order))
    body = shown[shown.index("<tbody>") : shown.index("</tbody>")]
    assert sorted(names, key=body.index) == names


def test_map_shows_value_as_text_and_tint_and_missing_as_missing(world, sign_in, told):
    shown = page(sign_in("huyen"), link(world.district, OLD, OLD, map="people"))
    drawing = shown[shown.index('id="map"') :]
    assert "Tên people" in drawing
    assert "505</text>" in drawing
    assert "tile s0" in drawing
    assert 'class="legend"' in drawing


def test_hamlet_has_no_table(world, sign_in, told):
    shown = page(sign_in("to"), link(world.hamlets["Trường Thành B"]))
    assert "<tbody>" not in shown
    assert 'id="map"' not in shown


def test_days_as_people_write_them_lead_to_the_canonical_link(world, sign_in, told):
    answer = sign_in("xa").get(link(world.merged, "30/09/2025", "1-7-2025", sort="-people"))
    assert answer.status_code == 302
    assert answer["Location"].endswith("?on=2025-09-30&boundaries=2025-07-01&sort=-people")


@pytest.mark.parametrize("text", ["31/02/2025", "2025-13-01", "hôm qua", "1/2", "01/01/1999", "5/9/24", "1/1/1/2025"])
def test_wrong_days_get_a_sentence_beside_todays_figures(world, sign_in, told, text):
    shown = page(sign_in("xa"), link(world.merged, text, NEW), 400)
    assert "Không đọc được ngày" in shown
    assert 'aria-invalid="true"' in shown
    assert told[-1][1] == today()


def test_a_day_that_has_not_come(world, sign_in, told):
    assert "chưa tới" in page(sign_in("xa"), link(world.merged, "2099-01-01", NEW), 400)


def test_script_in_a_link_is_shown_as_text(world, sign_in, told):
    shown = page(sign_in("xa"), link(world.merged, "<script>alert(1)</script>", NEW), 400)
    assert "<script>" not in shown


def test_unit_that_does_not_exist_on_the_boundaries_offers_its_successors(world, sign_in, told):
    shown = page(sign_in("tinh"), link(world.one, NEW, NEW), 409)
    assert "không có trong địa giới ngày 01/07/2025" in shown
    assert f"/office/units/{short(world.merged)}/?on={NEW}&amp;boundaries={NEW}" in shown
    assert f"boundaries={OLD}" in shown
    back = page(sign_in("tinh"), link(world.merged, NEW, OLD), 409)
    assert short(world.one) in back
    assert short(world.two) in back


@pytest.mark.parametrize("unit", ["no-id", "AZM0Xh1AcAC0AAAAAAAAAA"])
def test_units_that_are_none(sign_in, unit):
    assert "Không tìm thấy đơn vị" in page(sign_in("tinh"), f"/office/units/{unit}/", 404)
    assert "Không tìm thấy đơn vị" in page(sign_in("tinh"), link(new_id()), 404)


def test_presets_name_the_day_before_the_reorganisation(world, sign_in, told):
    shown = page(sign_in("huyen"), link(world.district, OLD, OLD))
    assert "trước sắp xếp 30/06/2025" in shown


@pytest.mark.parametrize("lang", ["vi", "km", "en"])
def test_pages_are_complete_in_three_languages(world, sign_in, told, lang):
    client = sign_in("huyen")
    client.post("/office/language", {"language": lang})
    for address in (link(world.district, OLD, OLD), link(world.district, NEW, NEW), "/office/sign-in", "/"):
        shown = client.get(address, follow=True).content.decode()
        assert f'<html lang="{lang}">' in shown
        for key in ("picker.", "card.", "group.", "below.", "preset.", "stand.", "map.title"):
            assert key not in shown


def test_real_figures_count_hamlets_and_show_missing_people_as_missing(world, sign_in):
    shown = page(sign_in("huyen"), link(world.district, OLD, OLD))
    cards = {part.split('"')[0]: part for part in shown.split('id="card-')[1:]}
    assert ">3<" in cards["hamlets"]
    assert ">2<" in cards["units"]
    assert "chưa có số liệu" in cards["people"]
    assert ">0<" not in cards["people"]
    assert "0/3 ấp, khóm có gửi số liệu" in shown


def test_a_page_takes_few_queries_beside_its_figures(world, sign_in, told, django_assert_max_num_queries):
    client = sign_in("tinh")
    client.get(link(world.province, OLD, OLD))
    with django_assert_max_num_queries(20):
        client.get(link(world.province, OLD, OLD))
