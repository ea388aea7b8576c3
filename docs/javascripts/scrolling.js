// What scrolls sideways can be reached, and so be scrolled, by keys: code, and tables, which the theme wraps by a
// script. The theme itself takes `tabindex` from code wherever the browser has no mouse.
(() => {
  const mark = element => {
    const scrolls = element.scrollWidth > element.clientWidth
    const marked = element.getAttribute("tabindex") === "0"
    if (scrolls && !marked) element.setAttribute("tabindex", "0")
    if (!scrolls && marked) element.removeAttribute("tabindex")
    if (element.matches(".md-typeset__scrollwrap")) {
      element.setAttribute("role", "group")
      element.setAttribute("aria-label", "Table")
    }
  }
  const markAll = () => document.querySelectorAll("pre > code, .md-typeset__scrollwrap").forEach(mark)
  addEventListener("load", markAll)
  addEventListener("resize", markAll)
  document.addEventListener("toggle", markAll, true) // of details, whose code has no width before
  new MutationObserver(markAll).observe(document.body, {attributeFilter: ["tabindex"], childList: true, subtree: true})
})()
