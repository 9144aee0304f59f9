"""Scanned sheets of figures on screen: handed in, typed figure by figure with Enter, refused by rule, confirmed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest
from playwright.sync_api import Page, expect
from serving import Serving
from test_every_screen import check, pictures  # noqa: F401  (the fixture)
from visitors import Browser

from pipeline.forms.count_forms import CountForm
from pipeline.storage import count_sheets
from pipeline.usecases.count_sheets import answer_figure, sheets_of
from pipeline.usecases.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.count_forms.conftest import BUNDLE, FIGURES, Printed, printed
from tests.count_forms.handing_in import ONE, TWO, typed_by_two, without_code

Screens = Callable[..., Page]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    from importlib.resources import files  # noqa: PLC0415

    from pipeline.election.load import load_election  # noqa: PLC0415

    election = load_election(Path(str(files("kiemphieu") / "example")))
    return printed(CountForm(election, election.area("kv1"), election.contest("xa")), tmp_path_factory.mktemp("p"))


@pytest.fixture
def scan(scanned: Printed, tmp_path: Path) -> Path:
    """The sheet with two figures missing and one sum that is wrong on the paper."""
    page = scanned.filled({k: v for k, v in FIGURES.items() if k != "valid"}, 31)
    path = tmp_path / "so-lieu.png"
    cv2.imwrite(str(path), page)
    return path


def test_only_who_may_type_figures_sees_the_sheets(signed_in: Callable[..., Browser]) -> None:
    assert signed_in("an", "reviewer").client.get("/sheets/of/xa/kv1").status_code == 403
    assert signed_in("ba", "operator").client.get("/sheets/of/xa/kv1").status_code == 200
    assert signed_in("chi", "operator").client.get("/sheets/of/xa/nowhere").status_code == 404


def test_a_file_that_is_no_sheet_is_told_and_nothing_is_kept(
    signed_in: Callable[..., Browser], workspace: Workspace
) -> None:
    browser = signed_in("an", "operator")
    sent = {"files": ("x.png", b"no picture", "image/png")}
    answer = browser.client.post("/sheets/of/xa/kv1/files", data={"csrf": browser.csrf}, files=sent)
    assert answer.status_code == 200
    assert "x.png" in answer.text
    assert 'class="problem"' in answer.text
    assert "/sheets/one/" not in browser.client.get("/sheets/of/xa/kv1").text


def test_r17_who_confirms_says_on_the_screen_whether_the_paper_is_signed(
    signed_in: Callable[..., Browser], workspace: Workspace, scanned: Printed, tmp_path: Path
) -> None:
    signed = dict.fromkeys(("sign_witness_1", "sign_witness_2", "sign_secretary"), "x")
    path = tmp_path / "so-lieu.png"
    cv2.imwrite(str(path), scanned.filled(FIGURES, 21, **signed))
    people = {key: signed_in(key, "operator") for key in ("mot", "hai")}
    first = people["mot"]
    sent = {"files": (path.name, path.read_bytes(), "image/png")}
    first.client.post("/sheets/of/xa/kv1/files", data={"csrf": first.csrf}, files=sent)
    (view,) = sheets_of(workspace, ONE, "xa", "kv1")
    sheet = view.sheet.id
    typed_by_two(workspace, sheet)
    address = f"/sheets/one/{sheet}"
    page = first.client.get(address, headers={"Accept-Language": "vi"}).text
    assert page.count("không thấy chữ ký</span>") == 1
    assert page.count("đã ký</span>") == len(signed)
    assert "R17: không thấy chữ ký ở chỗ TỔ TRƯỞNG" in page
    assert "R17" in first.client.get("/sheets/of/xa/kv1").text
    for told in ({}, {"paper": "unsigned", "reason": "they have left"}):
        refused = first.post(f"{address}/confirm", **told)
        assert refused.status_code == 409
        assert "R17" in refused.text
    assert first.post(f"{address}/confirm", paper="perhaps").status_code == 422
    assert first.post(f"{address}/confirm", paper="signed").status_code == 303
    assert "có chữ ký (R17)" in first.client.get(address).text


def test_a_tally_sheet_is_listed_with_the_number_of_its_bundle_once_that_stands(
    signed_in: Callable[..., Browser], workspace: Workspace, tmp_path: Path
) -> None:
    election = workspace.election
    paper = printed(CountForm(election, election.area("kv1"), election.contest("xa")), tmp_path, tally=True)
    path = tmp_path / "tally.png"
    cv2.imwrite(str(path), paper.filled(BUNDLE, 5))
    browser = signed_in("mot", "operator")
    sent = {"files": (path.name, path.read_bytes(), "image/png")}
    answer = browser.client.post("/sheets/of/xa/kv1/files", data={"csrf": browser.csrf}, files=sent)
    assert "tệp phiếu số 3" not in answer.text
    signed_in("hai", "operator")
    (view,) = sheets_of(workspace, ONE, "xa", "kv1")
    for actor in (ONE, TWO):
        answer_figure(workspace, actor, view.sheet.id, "bundle", "3")
    assert "tệp phiếu số 3" in browser.client.get("/sheets/of/xa/kv1").text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_sheet_is_handed_in_and_its_doubtful_figures_are_typed_with_enter(
    screen_of: Screens,
    serving: Serving,
    scan: Path,
    language: str,
    pictures: Path,  # noqa: F811
) -> None:
    page = screen_of("mot", "operator", language=language)
    page.goto("/sheets/of/xa/kv1")
    page.set_input_files("input[type=file]", str(scan))
    page.keyboard.press("g")
    page.locator("a[href*='/sheets/one/']").first.wait_for()
    check(page, f"sheets-{language}", pictures)
    page.locator("a[href*='/sheets/one/']").first.click()
    expect(page.locator("#typing input[name=value]")).to_be_focused()
    check(page, f"sheet-{language}", pictures)
    first = page.locator("#typing h2").inner_text()
    page.fill("#typing input[name=value]", "12")
    page.keyboard.press("Enter")
    page.locator(".done").first.wait_for()
    expect(page.locator("#typing h2")).not_to_have_text(first)


def test_typing_keeps_what_was_refused_takes_letters_as_keys_and_is_typed_again(
    screen_of: Screens,
    serving: Serving,
    scan: Path,
    pictures: Path,  # noqa: F811
) -> None:
    page = screen_of("mot", "operator")
    page.goto("/sheets/of/xa/kv1")
    page.set_input_files("input[type=file]", [str(scan)])
    page.keyboard.press("g")
    page.locator("a[href*='/sheets/one/']").first.click()
    typed = page.locator("#typing input[name=value]")
    expect(typed).to_be_focused()
    page.evaluate("scrollTo(0, 0)")
    box = page.locator("#typing button.main").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 720  # without scrolling
    with page.expect_popup() as sheet:
        page.keyboard.press("w")
    expect(sheet.value.locator("img")).to_be_visible()
    sheet.value.close()
    expect(typed).to_have_value("")
    asked = page.locator("#typing h2").inner_text()
    page.keyboard.type("1.2.3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("1.2.3")
    expect(typed).to_have_value("1.2.3")
    expect(page.locator("#typing h2")).to_have_text(asked)
    page.fill("#typing input[name=value]", "12")
    page.keyboard.press("Enter")
    expect(page.locator("#typing h2")).not_to_have_text(asked)
    page.get_by_role("link", name="gõ lại").click()
    expect(page.locator("#typing h2")).to_have_text(asked)
    check(page, "sheet-again", pictures)
    page.fill("#typing input[name=value]", "13")
    page.keyboard.press("Enter")
    page.locator(".done").first.wait_for()
    with serving.workspace.database.read() as db:
        (entry,) = count_sheets.entries(db, page.url.split("/sheets/one/")[1].split("?")[0])
    assert (entry.value, entry.before) == (13, (12,))


def test_a_sheet_whose_code_cannot_be_read_is_named_on_the_screen_and_asks_to_look_at_its_heading(
    screen_of: Screens,
    scanned: Printed,
    tmp_path: Path,
    pictures: Path,  # noqa: F811
) -> None:
    path = tmp_path / "smeared.png"
    cv2.imwrite(str(path), without_code(scanned.filled(FIGURES, 21), scanned.form.sides[0]))
    browser = screen_of("mot", "operator")
    browser.goto("/sheets/of/xa/kv1")
    expect(browser.locator("select[name=named]")).to_have_count(0)
    browser.set_input_files("input[type=file]", str(path))
    browser.keyboard.press("g")
    expect(browser.locator(".problem")).to_contain_text("không đọc được mã in")
    browser.select_option("select[name=named]", label="BẢNG SỐ LIỆU KIỂM PHIẾU")
    check(browser, "sheets-name-it", pictures)
    browser.set_input_files("input[type=file]", str(path))
    browser.locator("button.main").first.click()
    browser.locator("a[href*='/sheets/one/']").first.click()
    expect(browser.get_by_role("alert")).to_contain_text(
        "Hãy nhìn đầu tờ giấy: có đúng là xã An Phú, Nhà văn hóa thôn Đông"
    )
    check(browser, "sheet-named", pictures)
