"""The page as people use it, in headless Chromium."""

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import drawn_videos
import pytest
from drawn_videos import turn_by_tag
from page_network import PitchInferencer, tone, write_clip
from page_visitor import ServedPage

from avs_mm.page.limits import Limits
from avs_mm.page.network import Network
from avs_mm.tracking import colour_of

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 120_000  # ms; of a machine that has much else to do
NEVER = re.compile("^[-0]+$")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    """Three seconds under a tone that is the bird's."""
    return write_clip(tmp_path_factory.mktemp("clips") / "whistling.mp4", tone(3000))


@pytest.fixture(scope="module")
def address(needs_gradio, tmp_path_factory, low_clip) -> Iterator[str]:
    """A page that is served; no network stands behind it."""
    network = Network(PitchInferencer(), "Two tones", "Of a test.", [low_clip])
    page = ServedPage(network, tmp_path_factory.mktemp("uploads"), Limits())
    yield page.address
    page.close()


@pytest.fixture(scope="module")
def browser(needs_gradio):
    """Chromium, if it and what drives it are installed."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="needs playwright: pip install 'avs_mm[page-test]'"
    )
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    playwright.expect.set_options(timeout=PATIENCE)
    with playwright.sync_playwright() as driver:
        # Root, as in a container, gets no sandbox from Chromium.
        chromium = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Person:
    """Somebody with the page open, in a browser profile of their own."""

    def __init__(self, browser, address: str, *, width: int = 1400) -> None:
        self.context = browser.new_context(
            base_url=address, viewport={"width": width, "height": 900}
        )
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(address)
        self.page.locator("#examples button").wait_for()

    def open(self, path: Path) -> None:
        self.page.set_input_files("#file", path)

    def choose(self, kind: str) -> None:
        self.page.locator(f"[name=kind][value={kind}]").check()

    def lanes(self) -> list:
        """Wait for the lanes, one an object."""
        rows = self.page.locator(".lane.object")
        rows.first.wait_for()
        return rows.all()

    def expect_lane(self, place: int, sounding: str | re.Pattern) -> None:
        from playwright.sync_api import expect

        lane = self.page.locator(".lane.object").nth(place)
        expect(lane).to_have_attribute("data-sounding", sounding)

    def expect_text(self, selector: str, text: str | re.Pattern) -> None:
        from playwright.sync_api import expect

        expect(self.page.locator(selector)).to_contain_text(text)

    def expect_sounding(self, ids: str) -> None:
        """Wait for a picture in which these objects are filled."""
        from playwright.sync_api import expect

        expect(self.page.locator("#masks")).to_have_attribute("data-sounding", ids)

    def expect_played(self, start: str) -> None:
        """Wait for a sound beside the video whose address begins so."""
        until = time.monotonic() + PATIENCE / 1000
        while not self.page.evaluate("mixed.src").startswith(start):
            assert time.monotonic() < until
            self.page.wait_for_timeout(100)

    def paint(self, x: float, y: float) -> list[int]:
        """Return RGBA of the canvas over the video, at parts of its width and height."""
        return self.page.evaluate(
            """([x, y]) => {
                const canvas = document.getElementById('masks');
                const [column, row] = [x * canvas.width, y * canvas.height];
                return [...canvas.getContext('2d').getImageData(column, row, 1, 1).data];
            }""",
            [x, y],
        )

    def fits_the_width(self) -> bool:
        return self.page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )


@pytest.fixture
def arrive(browser, address):
    """Let people open the page, and look afterwards whether its script has failed."""
    people: list[Person] = []

    def arrive(**options) -> Person:
        people.append(Person(browser, address, **options))
        return people[-1]

    yield arrive
    for person in people:
        person.context.close()
    assert [person.faults for person in people] == [[] for _ in people]


def test_an_uploaded_video_under_one_sound_and_another(arrive, real_data):
    person = arrive()
    person.open(real_data / "videos" / "dog.mp4")
    assert len(person.lanes()) == 3  # a drum, a bird, and an engine that never sounds
    person.expect_lane(0, "1" * 20 + "0" * 5)  # the dog's last second is silent
    person.expect_lane(2, re.compile("^-{12,13}0{12,13}$"))
    person.expect_text("#verdict", "Sounding: drum, bird.")
    person.expect_sounding("1 2")
    red, green, blue, alpha = person.paint(0.15, 0.8)
    assert (red, green, blue) == pytest.approx(colour_of(1), abs=4)
    assert alpha == pytest.approx(128, abs=4)
    assert person.page.locator(".lane.category").count() == 2

    person.choose("mute")
    for place in range(3):
        person.expect_lane(place, NEVER)
    person.expect_sounding("")
    person.expect_text("#verdict", "No object sounds.")
    assert person.paint(0.15, 0.8)[3] == 0  # outlined, and not filled
    assert person.paint(0.15, 0.499)[3] > 100
    assert person.page.locator(".lane.object i.silent").count() == 3
    assert person.page.locator("#video").evaluate("video => video.muted")

    person.choose("noise")
    person.expect_lane(0, "1" * 25)
    person.choose("own")
    person.expect_lane(0, "1" * 20 + "0" * 5)
    assert not person.page.locator("#video").evaluate("video => video.muted")


def test_another_clip_and_a_mixture_of_both(arrive, clip):
    person = arrive()
    person.page.locator("#examples button").click()  # a tone that is the drum's
    person.lanes()
    person.expect_lane(0, "1" * 15)
    person.expect_lane(1, "0" * 15)

    person.choose("clip")
    person.page.set_input_files("#clip-file", clip)
    person.expect_lane(0, "0" * 15)
    person.expect_lane(1, "1" * 15)
    assert person.page.locator("#clip option").all_inner_texts() == ["low", "whistling.mp4"]
    person.expect_played("blob:")

    person.choose("mixture")
    person.expect_lane(0, "1" * 15)
    person.page.locator("#other").focus()
    person.page.keyboard.press("Home")  # the clip's slider at 0
    person.expect_text("output[for=other]", "0 %")
    person.expect_lane(1, "0" * 15)


def test_by_keyboard_alone(arrive):
    person = arrive()
    person.page.locator("#examples button").focus()
    person.page.keyboard.press("Enter")
    person.lanes()
    person.page.keyboard.press("2")
    person.expect_text("#verdict", "No object sounds.")
    person.page.keyboard.press("1")
    person.expect_text("#verdict", "Sounding: drum.")

    person.page.locator("#tracks").focus()
    person.page.keyboard.press("PageDown")
    person.page.keyboard.press("ArrowRight")
    person.expect_text("#clock", "1.2 / 3.0 s")
    person.page.keyboard.press("Home")
    person.expect_text("#clock", "0.0 / 3.0 s")
    person.page.keyboard.press(" ")
    person.page.locator("#play[aria-pressed=true]").wait_for()
    person.page.keyboard.press(" ")
    person.page.locator("#play[aria-pressed=false]").wait_for()


def test_a_text_file_is_one_sentence(arrive, tmp_path):
    text = tmp_path / "notes.mp4"
    text.write_text("no video at all")
    person = arrive()
    person.open(text)
    person.expect_text("#message", re.compile(r"^Notes\.mp4 is no video or sound [^.]+\.$"))
    assert person.page.locator("#start").is_visible()
    person.open(text)  # and the page still works
    person.expect_text("#message", "Notes.mp4")


def test_a_phones_video_is_turned_upright(arrive, tmp_path):
    person = arrive()
    person.open(turn_by_tag(write_clip(tmp_path / "phone.mp4", tone(300))))
    person.lanes()
    person.expect_lane(0, "1" * 15)
    size = person.page.evaluate("[video.videoWidth, video.videoHeight, ...state.found.size]")
    assert size == [48, 64, 64, 48]  # of the masks: height, width
    assert person.paint(0.15, 0.8)[3] == pytest.approx(128, abs=4)


def test_a_video_that_the_browser_cannot_play(arrive, tmp_path):
    """Of HEVC, Debian's Chromium plays the sound alone, and says nothing."""
    person = arrive()
    clip = drawn_videos.write_clip(tmp_path / "phone.mp4", seconds=3, codec="libx265")
    person.open(clip)
    person.lanes()
    person.expect_lane(0, "1" * 15)
    if person.page.evaluate("video.videoWidth"):
        pytest.skip("this browser plays HEVC")
    sentence = re.compile(
        r"^This browser cannot show the pictures of phone\.mp4, which may .* H\.264\.$"
    )
    person.expect_text("#message", sentence)
    assert person.paint(0.15, 0.8)[3] == pytest.approx(128, abs=4)  # the masks are there
    ratio = person.page.evaluate("canvas.width / canvas.height")
    assert ratio == pytest.approx(64 / 48, abs=0.02)
    person.choose("mute")  # and the sentence stays
    person.expect_lane(0, "0" * 15)
    person.expect_text("#message", sentence)
    person.page.locator("#back").click()
    assert not person.page.locator("#message").is_visible()


def test_two_people_at_once(arrive, clip, low_clip):
    people = arrive(), arrive(width=390)
    people[0].open(low_clip)
    people[1].open(clip)
    for person in people:
        person.lanes()
    people[0].expect_text("#verdict", "Sounding: drum.")
    people[1].expect_text("#verdict", "Sounding: bird.")
    for person in people:
        person.choose("mute")
    for person in people:
        person.expect_text("#verdict", "No object sounds.")
    people[0].choose("own")
    people[0].expect_text("#verdict", "Sounding: drum.")
    people[1].expect_text("#verdict", "No object sounds.")

    files = [person.page.evaluate("state.file.key") for person in people]
    assert len(set(files)) == 2
    people[0].page.locator("#back").click()  # whoever leaves takes the upload along
    people[0].page.locator("#start").wait_for()
    statuses = [people[1].page.request.get(f"files/{key}").status for key in files]
    assert statuses == [404, 200]


@pytest.mark.parametrize("width", [390, 320])
def test_nothing_is_wider_than_a_phone(arrive, width):
    person = arrive(width=width)
    assert person.fits_the_width()
    person.page.locator("#examples button").click()
    person.lanes()
    person.choose("mixture")
    assert person.fits_the_width()
    small = person.page.evaluate(
        """[...document.querySelectorAll('#work button, #work select, .choices label, .button')]
           .filter((one) => one.offsetHeight && one.offsetHeight < 40).length"""
    )
    assert small == 0  # fingers find them
    ticks = person.page.evaluate(
        """[...document.querySelectorAll('#ruler span')]
           .map((one) => one.getBoundingClientRect()).map(({ left, right }) => [left, right])"""
    )
    ends = [right for _, right in ticks]
    starts = [left for left, _ in ticks[1:]] + [width]
    assert len(ticks) >= 3
    assert all(end + 4 <= start for end, start in zip(ends, starts, strict=True))


def test_dark_and_light_are_both_readable(arrive):
    """Text against its ground has the contrast that WCAG asks for, 4.5 to 1."""
    person = arrive()
    for theme in ("light", "dark"):
        person.page.evaluate("theme => setTheme(theme)", theme)
        colours = person.page.evaluate(
            """() => ['#limits', '.lead', 'h1', '#network'].map((name) => {
                const colour = getComputedStyle(document.querySelector(name)).color;
                const ground = getComputedStyle(document.body).backgroundColor;
                return [colour, ground].map((text) => text.match(/\\d+/g).map(Number));
            })"""
        )
        for text, ground in colours:
            assert contrast(text, ground) >= 4.5, (theme, text, ground)


def contrast(one: list[int], other: list[int]) -> float:
    """Return the ratio of two colours' luminances, as WCAG 2 defines it."""

    def luminance(colour: list[int]) -> float:
        parts = [channel / 255 for channel in colour[:3]]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)
