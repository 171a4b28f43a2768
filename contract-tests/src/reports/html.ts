/**
 * Renders the report as a self-contained HTML page without external scripts, fonts or images.
 *
 * @module
 */
import * as Replay from "../runner/Replay.ts"
import * as Report from "../runner/Report.ts"
import { style } from "./style.ts"
import { casesOf } from "./text.ts"

export const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;")

const number = (value: number): string => value.toLocaleString("en")

const anchor = ({ property, target }: Report.Cell): string => `${property}-${target}`.replace(/[^\w.-]+/g, "-")

const verdict = (report: Report.Report): string => {
  const unfinished = Report.unfinished[report.ending]
  const { failed, passed, skipped } = Report.totals(report)
  const word = Report.isGreen(report)
    ? "Passed"
    : failed > 0
      ? "Failed"
      : report.ending === "finished"
        ? "Nothing passed"
        : "Unfinished"
  const facts: ReadonlyArray<readonly [string, string]> = [
    ["target", report.target],
    ["document", report.document],
    ["seed", String(report.seed)],
    ["random cases per cell, at most", number(report.runs)],
    ["checked cases", number(report.properties.reduce((sum, { id }) => sum + casesOf(report, id), 0))],
    ["start", report.times.startedAt],
    ["duration", `${(report.times.millis / 1_000).toFixed(1)} s`]
  ]
  return `<header class="${Report.isGreen(report) ? "green" : "red"}">
<div><p class="suite">${escaped(report.suite)}</p><h1>${word}</h1>
<p class="counts"><b>${number(passed)}</b> passed <b>${number(failed)}</b> failed <b>${number(skipped)}</b> skipped</p>${
    unfinished === undefined ? "" : `<p class="ending">${unfinished}</p>`
  }</div>
<dl>${facts.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`).join("")}</dl>
</header>`
}

const properties = (report: Report.Report): string => {
  const rows = report.properties.map(({ id, statement }) => {
    const { failed, passed, skipped } = Report.totals(report, id)
    const all = Math.max(1, passed + failed + skipped)
    const percent = (count: number): string => ((100 * count) / all).toFixed(2)
    const label = `${passed} passed, ${failed} failed, ${skipped} skipped`
    return `<tr${failed > 0 ? ' class="bad"' : ""}><th scope="row" id="property-${escaped(id)}">${escaped(id)}</th><td>${escaped(statement)}</td>
<td><span class="bar" role="img" aria-label="${label}" title="${label}"><i class="f" style="width:${percent(failed)}%"></i><i class="p" style="width:${percent(passed)}%"></i><i class="s" style="width:${percent(skipped)}%"></i></span></td>
<td class="n" data-name="passed">${number(passed)}</td><td class="n" data-name="failed">${failed === 0 ? "·" : number(failed)}</td><td class="n" data-name="skipped">${skipped === 0 ? "·" : number(skipped)}</td><td class="n" data-name="cases">${number(casesOf(report, id))}</td><td class="n">${((report.times.byProperty[id] ?? 0) / 1_000).toFixed(1)} s</td></tr>`
  })
  return `<section><h2>Properties</h2><div class="scroll"><table class="properties">
<thead><tr><th></th><th>statement</th><th></th><th class="n">passed</th><th class="n">failed</th><th class="n">skipped</th><th class="n">cases</th><th class="n">time</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table></div></section>`
}

const detail = (name: string, value: string | undefined): string =>
  value === undefined ? "" : `<dt>${name}</dt><dd><pre>${escaped(value)}</pre></dd>`

const failures = (report: Report.Report): string => {
  const failed = Report.failures(report)
  if (failed.length === 0) return ""
  return `<section><h2>Failures</h2>${failed
    .map(
      (cell) =>
        `<details id="${escaped(anchor(cell))}"${failed.length <= 12 ? " open" : ""}><summary><b>${escaped(cell.property)}</b> <code>${escaped(cell.target)}</code> ${escaped(cell.result.reason.split("\n")[0] ?? "")}</summary><dl class="failure">${
          detail("reason", cell.result.reason.includes("\n") ? cell.result.reason : undefined) +
          detail("at", cell.result.pointer === undefined ? undefined : JSON.stringify(cell.result.pointer)) +
          detail("expected", cell.result.expected) +
          detail("got", cell.result.got) +
          detail("instance", cell.result.instance) +
          detail("request", cell.result.curl) +
          detail("replay", Replay.lineOf(cell.result.token).replace(/^REPLAY /, ""))
        }</dl></details>`
    )
    .join("\n")}</section>`
}

const title = ({ property, result, target }: Report.Cell): string => {
  switch (result._tag) {
    case "Passed": {
      const reached = Object.entries(result.reached).map(([what, times]) => `${what} ${number(times)}`)
      return `${property} ${target}: passed in ${number(result.runs)} cases${reached.length === 0 ? "" : ` (${reached.join(", ")})`}`
    }
    case "Failed":
      return `${property} ${target}: ${result.reason}`
    case "Skipped":
      return `${property} ${target}: skipped, ${result.reason}`
  }
}

const square = (cell: Report.Cell | undefined): string => {
  if (cell === undefined) return "<td></td>"
  const label = escaped(title(cell))
  switch (cell.result._tag) {
    case "Passed":
      return `<td class="p" title="${label}"><span>✓</span></td>`
    case "Failed":
      return `<td class="f" title="${label}"><a href="#${escaped(anchor(cell))}">✗</a></td>`
    case "Skipped":
      return `<td class="s" title="${label}"><span>–</span></td>`
  }
}

const matrix = (report: Report.Report): string => {
  const byTarget = [...Report.cellsByTarget(report)]
  const rows = byTarget.map(
    ([target, row]) =>
      `<tr data-name="${escaped(target.toLowerCase())}"${[...row.values()].some(({ result }) => result._tag === "Failed") ? ' class="bad"' : ""}><th scope="row"><code>${escaped(target)}</code></th>${report.properties
        .map(({ id }) => square(row.get(id)))
        .join("")}</tr>`
  )
  return `<section><h2>Coverage</h2>
<p class="filter"><label>Show <input type="search" id="filter" placeholder="Orders, fills …"></label> <label><input type="checkbox" id="bad"> failures only</label> <span id="shown">${byTarget.length} of ${byTarget.length}</span></p>
<div class="scroll tall"><table class="matrix"><thead><tr><th>operation</th>${report.properties
    .map(
      ({ id, statement }) =>
        `<th scope="col" title="${escaped(statement)}"><a href="#property-${escaped(id)}">${escaped(id)}</a></th>`
    )
    .join("")}</tr></thead><tbody id="rows">${rows.join("\n")}</tbody></table></div></section>`
}

const remarks = (report: Report.Report): string => {
  const skipped = [...Report.skips(report)].map(
    ([reason, cells]) => `<li><b>${cells.length}</b> skipped: ${escaped(reason)}</li>`
  )
  const notes = report.notes.map((note) => `<li>${escaped(note)}</li>`)
  return skipped.length + notes.length === 0
    ? ""
    : `<section><h2>Skips and notes</h2><ul>${[...skipped, ...notes].join("\n")}</ul></section>`
}

/** Without the script, the page shows all rows. */
const script = `const filter=document.getElementById("filter"),bad=document.getElementById("bad"),shown=document.getElementById("shown"),rows=[...document.getElementById("rows").children];
const show=()=>{const text=filter.value.trim().toLowerCase();let count=0;for(const row of rows){row.hidden=!row.dataset.name.includes(text)||(bad.checked&&!row.classList.contains("bad"));if(!row.hidden)count++}shown.textContent=count+" of "+rows.length};
filter.addEventListener("input",show);bad.addEventListener("change",show);
const open=()=>{const found=document.getElementById(decodeURIComponent(location.hash.slice(1)));if(found instanceof HTMLDetailsElement)found.open=true};
addEventListener("hashchange",open);open()`

export const render = (report: Report.Report): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${Report.isGreen(report) ? "✓" : "✗"} ${escaped(report.suite)}: ${Report.lastLine(report)}</title>
<style>${style}</style>
</head>
<body>
${verdict(report)}
<main>
${failures(report)}
${properties(report)}
${matrix(report)}
${remarks(report)}
</main>
<script>${script}</script>
</body>
</html>
`
