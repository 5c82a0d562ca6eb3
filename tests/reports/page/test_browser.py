"""The report in a real browser: nothing blocked, nothing fetched, nothing wider than the window, all of it legible."""
# ruff: noqa: ANN401 - the browser's types are not to be had where it is not installed

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reports import rendered, scenarios

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the path"),
]

SCENARIOS = {
    "everyday": scenarios.everyday,
    "hostile": scenarios.hostile,
    "clean": scenarios.nothing_wrong,
    "refused": scenarios.all_refused,
    "nobody": scenarios.no_accounts,
    "rules": scenarios.rule_book,
}
WIDTHS = (390, 1440)
SCHEMES = ("light", "dark")
VIEWS = [
    {"color_scheme": scheme, "viewport": {"width": width, "height": 900}} for scheme in SCHEMES for width in WIDTHS
]
#: Taken by a browser for itself, whatever the page says.
_HOUSEKEEPING = ("data:",)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    for name, scenario in SCENARIOS.items():
        (folder / f"{name}.html").write_text(rendered.html(scenario()), "utf-8")
    return {name: folder / f"{name}.html" for name in SCENARIOS}


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm to get axe-core with")
    folder = tmp_path_factory.mktemp("axe")
    command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "axe-core"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        pytest.skip(f"axe-core could not be installed: {done.stderr[-200:]}")
    return script.read_text("utf-8")


def opened(browser: Any, path: Path, **options: Any) -> Any:
    page = browser.new_context(**{"offline": True, "viewport": {"width": 1440, "height": 900}, **options}).new_page()
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_browser_has_nothing_to_complain_about_and_fetches_nothing(
    browser: Any, reports: dict[str, Path], name: str
) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(reports[name].as_uri())
    page.fill("#query", "prod")
    page.fill("#query", "")
    assert complaints == []
    assert [url for url in requests if not url.startswith(_HOUSEKEEPING)] == [reports[name].as_uri()]
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_page_never_scrolls_sideways(browser: Any, reports: dict[str, Path], name: str, width: int) -> None:
    page = opened(browser, reports[name], viewport={"width": width, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(_OVERFLOWING) == []
    page.context.close()


def test_without_javascript_everything_can_be_read(browser: Any, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["everyday"], java_script_enabled=False)
    text = page.inner_text("body")
    assert text.startswith("INCOMPLETE: 6 of 10 accounts were fully examined")
    for summary in scenarios.everyday().accounts:
        assert summary.account.id in text
    assert "cadvisor is privileged and runs as root" in text
    assert "Not in use" in text
    assert "CIS AWS Compute Services Benchmark 1.1.0" in text
    assert "The role could not be assumed" in text
    assert not page.is_visible("#filter")
    assert page.locator("button").count() == 0
    page.locator("summary", has_text="What to change").first.click()
    assert '"privileged": false' in page.inner_text("#failures")
    page.context.close()


def test_the_filter_leaves_what_matches_and_says_how_much(browser: Any, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["everyday"])
    page.keyboard.press("/")
    page.keyboard.type("metrics us-east-1")
    assert page.locator("ol.failures > li:visible").count() == 1
    assert page.inner_text("#matches").startswith("1 of ")
    assert page.url.endswith("#q=metrics%20us-east-1")
    page.keyboard.press("Escape")
    assert page.locator("ol.failures > li:visible").count() == 9
    page.context.close()


def test_a_filter_by_account_finds_its_failures(browser: Any, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["everyday"])
    page.fill("#query", "payments-prod")
    assert page.locator("ol.failures > li:visible").count() == 3
    page.context.close()


def test_a_filter_by_check_finds_its_failures_and_unfolds_them(browser: Any, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["rules"])
    page.fill("#query", "ecs-rule-29")
    assert page.locator("ol.failures > li:visible").count() == 0
    page.fill("#query", "ecs-rule-21")
    assert page.locator("ol.failures > li:visible").count() == 12
    page.context.close()


def test_a_link_of_the_contents_unfolds_what_it_leads_to(browser: Any, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["rules"])
    last = page.locator("details.check").last
    assert last.get_attribute("open") is None
    place = last.locator("h3").get_attribute("id")
    page.click(f".contents a[href='#{place}']")
    page.wait_for_function("(id) => document.getElementById(id).closest('details').open", arg=place)
    assert last.locator("ol.failures > li:visible").count() > 0
    page.context.close()


def test_without_javascript_what_is_folded_opens_by_itself(browser: Any, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["rules"], java_script_enabled=False)
    last = page.locator("details.check").last
    assert last.locator("ol.failures > li:visible").count() == 0
    last.locator("summary").first.click()
    assert last.locator("ol.failures > li:visible").count() > 0
    page.context.close()


def test_what_to_change_can_be_copied(browser: Any, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["everyday"], permissions=["clipboard-read", "clipboard-write"])
    page.locator("summary", has_text="What to change").first.click()
    page.locator("button", has_text="Copy").first.click()
    page.locator("button", has_text="Copied").first.wait_for()
    assert '"containerDefinitions"' in page.evaluate("navigator.clipboard.readText()")
    page.context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["everyday", "clean", "rules"])
def test_all_text_has_enough_contrast(browser: Any, reports: dict[str, Path], name: str, scheme: str) -> None:
    page = opened(browser, reports[name], color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(21, 23, 26)") is (scheme == "dark")
    assert page.evaluate(_FAINT) == []
    page.context.close()


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: f"{view['color_scheme']}-{view['viewport']['width']}")
@pytest.mark.parametrize("name", SCENARIOS)
def test_axe_finds_no_barrier(
    browser: Any, reports: dict[str, Path], axe: str, name: str, view: dict[str, Any]
) -> None:
    page = opened(browser, reports[name], **view)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    page.evaluate(axe)
    violations = page.evaluate("axe.run().then((found) => found.violations)")
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in violations] == []
    page.context.close()


_OVERFLOWING = """() => [...document.querySelectorAll("body *")].filter((node) => {
  const box = node.getBoundingClientRect();
  const hidden = node.closest("thead, svg, [hidden]") !== null;
  return !hidden && box.width > 0 && box.right > innerWidth + 1;
}).map((node) => node.outerHTML.slice(0, 120))"""

_FAINT = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((it) => it / 255)
    .map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4))
    .reduce((sum, it, place) => sum + it * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = (node) => {
    for (let it = node; it; it = it.parentElement) {
      const colour = parse(getComputedStyle(it).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll("body *")].filter((node) => {
    if (![...node.childNodes].some((it) => it.nodeType === 3 && it.data.trim())) return false;
    if (!node.checkVisibility() || node.closest("script, style")) return false;
    const [one, two] = [light(parse(getComputedStyle(node).color)), light(ground(node))].sort((a, b) => a - b);
    return (two + 0.05) / (one + 0.05) < 4.5;
  }).map((node) => node.outerHTML.slice(0, 120));
}"""
