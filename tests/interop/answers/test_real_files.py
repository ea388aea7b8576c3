"""Every real file of survey tools is read, or refused with words; the page that lists them is up to date."""

import pytest

from tests.interop.answers.real_files import PAGE, SAMPLES, files, page


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real files are not here")
def test_the_page_of_real_files_is_that_of_today():
    assert page() == PAGE.read_text(encoding="utf-8"), "run python -m tests.interop.answers.real_files"
    assert len(files()) > 90
