"""Every real file of survey tools is read, or refused with words; the page that lists them is up to date."""

from tests.interop.answers.real_files import PAGE, files, page
from tests.shared.samples import needs_samples


@needs_samples
def test_the_page_of_real_files_is_that_of_today():
    assert page() == PAGE.read_text(encoding="utf-8"), "run python -m tests.interop.answers.real_files"
    assert len(files()) > 90
