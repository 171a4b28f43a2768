/**
 * The styles of the HTML report. The colors are light or dark, according to the reader's system setting.
 *
 * @module
 */

export const style = `
:root{--ink:#1c2330;--soft:#5b6577;--line:#dfe3ea;--page:#f6f7f9;--card:#fff;--green:#12805c;--greenish:#d9f2e6;--red:#b3261e;--reddish:#fbe0dd;--grey:#8a93a3;--greyish:#eceff3}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#9aa4b5;--line:#2b3342;--page:#11151c;--card:#181e28;--green:#4cc596;--greenish:#153a2d;--red:#ff8a80;--reddish:#4a1f1d;--grey:#7b8598;--greyish:#232b38}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
code,pre,.n{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.87em}
header{display:flex;flex-wrap:wrap;gap:1.5rem 4rem;align-items:flex-end;padding:2rem clamp(1rem,4vw,3rem);background:var(--card);border-bottom:1px solid var(--line);border-top:6px solid var(--green)}
header.red{border-top-color:var(--red)}
.suite{margin:0;color:var(--soft)}
h1{margin:.1rem 0;font-size:2.6rem;line-height:1.1;letter-spacing:-.02em;color:var(--green)}
.red h1{color:var(--red)}
.counts{margin:.4rem 0 0;color:var(--soft)}
.counts b{color:var(--ink);margin-left:.7em}
.counts b:first-child{margin-left:0}
.ending{margin:.4rem 0 0;color:var(--red);font-weight:600}
header dl{display:flex;flex-wrap:wrap;gap:.6rem 2.2rem;margin:0}
header dt{color:var(--soft);font-size:.8em}
header dd{margin:0;font-variant-numeric:tabular-nums}
main{max-width:110rem;margin:0 auto;padding:0 clamp(1rem,4vw,3rem) 4rem}
h2{margin:2.2rem 0 .7rem;font-size:1.15rem}
.scroll{overflow:auto;background:var(--card);border:1px solid var(--line);border-radius:8px}
.tall{max-height:80vh}
table{border-collapse:collapse;width:100%}
th,td{padding:.45rem .8rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
tbody tr:last-child>*{border-bottom:0}
thead th{color:var(--soft);font-weight:500;font-size:.85em;white-space:nowrap}
.n{text-align:right;white-space:nowrap}
.properties td:nth-child(2){min-width:22rem}
.bar{display:flex;width:9rem;height:.7rem;margin-top:.35rem;border-radius:4px;overflow:hidden;background:var(--greyish)}
.bar .f:not([style="width:0.00%"]){min-width:4px}
.bar .p{background:var(--green)}.bar .f{background:var(--red)}.bar .s{background:var(--greyish)}
tr.bad>th{color:var(--red)}
.matrix th[scope=row]{position:sticky;left:0;background:var(--card);font-weight:400;white-space:nowrap;width:100%}
.matrix thead th{position:sticky;top:0;z-index:1;background:var(--card);text-align:center}
.matrix thead th:first-child{left:0;z-index:2;text-align:left}
.matrix th,.matrix td{padding:.22rem .55rem}
.matrix td{text-align:center;min-width:3rem;border-left:1px solid var(--line)}
.matrix td.p{background:var(--greenish);color:var(--green)}
.matrix td.f{background:var(--reddish);font-weight:700}
.matrix td.s{background:var(--greyish);color:var(--grey)}
a{color:inherit}
.matrix td.f a{display:block;color:var(--red)}
.filter{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;color:var(--soft)}
input[type=search]{margin-left:.4rem;padding:.35rem .6rem;border:1px solid var(--line);border-radius:6px;background:var(--card);color:var(--ink);font:inherit}
details{margin:.6rem 0;background:var(--card);border:1px solid var(--line);border-left:4px solid var(--red);border-radius:8px}
summary{padding:.6rem .9rem;cursor:pointer;overflow-wrap:anywhere}
.failure{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.3rem 1rem;margin:0;padding:.2rem .9rem .9rem}
.failure dt{color:var(--soft)}
.failure dd{margin:0}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
@media(max-width:40rem){.properties thead{display:none}.properties tr{display:flex;flex-wrap:wrap;padding:.5rem 0;border-bottom:1px solid var(--line)}.properties tbody tr:last-child{border-bottom:0}.properties th,.properties td{border-bottom:0;padding:.15rem .8rem}.properties th{width:3.6rem}.properties td:nth-child(2){min-width:0;flex:1 1 calc(100% - 3.6rem)}.properties td:nth-child(3){flex-basis:100%}.properties td:nth-child(3) .bar{width:100%;margin:.2rem 0}.properties .n[data-name]::after{content:" " attr(data-name);color:var(--soft)}}
[hidden]{display:none}
ul{padding-left:1.2rem}
`
