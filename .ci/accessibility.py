"""Check pages for accessibility: axe-core in a headless Chromium, on sample reports and pages of the site.

    python .ci/accessibility.py [--site FOLDER] [--pages NUMBER] [--keep FOLDER]

Makes a page of each report, of one person's feedback too, and opens them in light and in dark, and pages of
the built site if FOLDER is given: the first, then one of each kind in turn, up to NUMBER. In dark it checks
colours alone, as nothing else differs. Prints what axe-core finds, and fails if it calls something serious or
critical.
Says why and succeeds where chromium, node or npm is missing. Needs the package with matplotlib, and npm.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from itertools import zip_longest
from pathlib import Path

PACKAGES = ("axe-core@4.10.3", "puppeteer-core@24.10.0")
SITE_PAGES = 20  # of the built site
LARGE = 100_000  # bytes: axe-core takes long for tables of hundreds of rows
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
RUN = r"""
const fs = require('fs');
const puppeteer = require('puppeteer-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const [browserPath, ...pages] = process.argv.slice(2);
const colours = {type: 'rule', values: ['color-contrast', 'link-in-text-block']};
const found = [];
async function check(browser, url) {
  const context = await browser.createBrowserContext(); // the site remembers the scheme that it had last
  const page = await context.newPage();
  await page.setViewport({width: 1000, height: 1200});
  await page.setBypassCSP(true);
  await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: 'light'}]);
  await page.goto(url, {waitUntil: 'load', timeout: 60000});
  await page.evaluate(axe);
  await ask(page, url, 'light', {});
  await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: 'dark'}]);
  await page.evaluate(async () => { // the site keeps its scheme until its button is pressed
    document.querySelector('[data-md-color-scheme=slate][data-md-color-media]')?.click();
    await new Promise(resolve => setTimeout(resolve, 500)); // colours change slowly
  });
  await ask(page, url, 'dark', {runOnly: colours});
  await context.close();
}
async function ask(page, url, scheme, only) {
  const options = {resultTypes: ['violations'], ...only};
  const result = await page.evaluate(options => axe.run(document, options), options);
  for (const one of result.violations) {
    found.push({url, scheme, rule: one.id, impact: one.impact, help: one.help,
      where: one.nodes.slice(0, 3).map(node => node.target.join(' ')), n: one.nodes.length});
  }
}
(async () => {
  const browser = await puppeteer.launch({executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu',
    '--disable-background-networking', '--allow-file-access-from-files']});
  const work = async () => { while (pages.length) await check(browser, pages.shift()); };
  await Promise.all([work(), work()]);
  await browser.close();
  console.log(JSON.stringify(found));
})().catch(error => { console.error(error); process.exit(1); });
"""


def main() -> int:
    """Run the check; 0 without serious violations, 1 with some, 0 where tools are missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--site", type=Path, help="folder of the built site")
    parser.add_argument("--pages", type=int, default=SITE_PAGES, help="number of pages of the site")
    parser.add_argument("--keep", type=Path, help="folder for the sample reports, which are kept there")
    options = parser.parse_args()
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    programs = {"chromium": browser, "node": shutil.which("node"), "npm": shutil.which("npm")}
    absent = [name for name, path in programs.items() if not path]
    if absent:
        print(f"accessibility: not checked, as {' and '.join(absent)} is not on this machine")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        installed = subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES],
            cwd=work, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if installed.returncode:
            print(
                "accessibility: not checked, as npm could not install axe-core: "
                f"{installed.stderr.strip()[-300:]}"
            )
            return 0
        pages = [*sample_pages(options.keep or work / "reports"), *site_pages(options.site, options.pages)]
        (work / "run.js").write_text(RUN, encoding="utf-8")
        command = ["node", "run.js", str(browser), *(page.resolve().as_uri() for page in pages)]
        result = subprocess.run(
            command, cwd=work, capture_output=True, text=True, check=False, env={**os.environ, "HOME": folder}
        )
    if result.returncode:
        print(result.stderr[-2000:])
        return 1
    return told(json.loads(result.stdout.splitlines()[-1]), len(pages))


def told(violations: list[dict[str, object]], n_pages: int) -> int:
    """Print the serious violations and how many others there are, and return 1 if there is a serious one."""
    serious = [one for one in violations if one["impact"] in ("serious", "critical")]
    for one in serious:
        page = "/".join(str(one["url"]).split("/")[-2:])
        print(
            f"{one['impact']}: {one['rule']}, {one['n']} times in {page} ({one['scheme']}): "
            f"{one['help']}; {one['where']}"
        )
    others = Counter(str(one["rule"]) for one in violations if one not in serious)
    listed = ", ".join(f"{rule} on {n}" for rule, n in others.most_common()) or "none"
    print(
        f"accessibility: {n_pages} pages in light and dark, {len(serious)} serious violations by axe-core; "
        f"others, by pages: {listed}"
    )
    return 1 if serious else 0


def site_pages(site: Path | None, most: int) -> list[Path]:
    """Return pages of the built site: the first page, and in turn one of each folder, fullest folder first.

    Pages that axe-core needs minutes for are left out.
    """
    if site is None:
        return []
    by_folder: dict[Path, list[Path]] = {}
    for page in sorted(site.rglob("*.html")):
        if page.stat().st_size < LARGE and page != site / "index.html":
            by_folder.setdefault(page.parent, []).append(page)
    folders = sorted(by_folder.values(), key=len, reverse=True)
    in_turn = (page for pages in zip_longest(*folders) for page in pages if page)
    return [site / "index.html", *in_turn][:most]


def sample_pages(folder: Path) -> list[Path]:
    """Write a page of each report, with pictures, of simulated answers, and return their paths."""
    warnings.simplefilter("ignore")
    from intimacy_scales import person_report, reliability_report, score, simulate, structure_report
    from intimacy_scales.dyads import Dyads, couple_report
    from intimacy_scales.jobs import score_file, scoring_report
    from intimacy_scales.plots import (
        couple_pictures,
        reliability_pictures,
        score_pictures,
        structure_pictures,
    )

    folder.mkdir(parents=True, exist_ok=True)
    answers = simulate("scii-12", 200, couples=0.5, missing=0.03, rng=1).answers
    answers.to_csv(folder / "answers.csv", index=False)
    dyads = Dyads.from_long("scii-12", answers, couple="couple", person="partner")
    scored = scoring_report("scii-12", score_file("scii-12", folder / "answers.csv"))
    reliability = reliability_report("scii-12", answers)
    structure = structure_report("scii-12", answers, n_iterations=20)
    couples = couple_report(dyads, outcome="caring", predictors=["trust"])
    person = person_report(score("kmss", {"kmss_1": 6, "kmss_2": 5}), sems={"total": 1.2})
    texts = {
        "score": scored.to_html(score_pictures(scored)),
        "reliability": reliability.to_html(reliability_pictures(reliability)),
        "structure": structure.to_html(structure_pictures(structure)),
        "couples": couples.to_html(couple_pictures(dyads, couples)[:3]),
        "person": person.to_html(),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return [folder / f"{name}.html" for name in texts]


if __name__ == "__main__":
    sys.exit(main())
