/**
 * What happens on the exchange: requests for quote, requests, and frames of the feed.
 */
import { byId, h, prepend, setAttribute, setClass, setText, sync } from "./dom.js"
import { clock, clockMillis, count, dollars, price } from "./format.js"

const shownItems = 150

const bid = (value, size) => (value === 0 ? "–" : `${price(value)} × ${count(size)}`)

/** `nameOf` returns the name of an account. */
export const showRfqs = (rfqs, nameOf) => {
  sync(
    byId("rfq-list"),
    rfqs,
    ({ rfq }) => rfq.rfqId,
    () =>
      h(
        "li",
        { class: "rfq" },
        h("div", { class: "row" }, h("strong", {}), h("span", { class: "pill" })),
        h("p", { class: "muted num" }),
        h("ul", { class: "num quotes" })
      ),
    (item, { quotes, rfq }) => {
      const [head, note, list] = item.children
      const size = rfq.count === undefined ? `for ${dollars(rfq.targetCostMicros)}` : `${count(rfq.count)} contracts`
      setText(head.firstElementChild, rfq.ticker)
      setText(head.lastElementChild, rfq.status)
      setClass(head.lastElementChild, rfq.status === "open" ? "pill good" : "pill")
      setText(note, `${nameOf(rfq.accountId)} · ${size} · ${clock(rfq.createdMillis)}`)
      sync(
        list,
        quotes.toReversed(),
        ({ quoteId }) => quoteId,
        () =>
          h(
            "li",
            {},
            h("div", { class: "row" }, h("span"), h("span", { class: "muted" })),
            h("div", { class: "row" }, h("span", { class: "bid" }), h("span", { class: "ask" }))
          ),
        (entry, quote) => {
          const [[maker, status], [yes, no]] = [...entry.children].map(({ children }) => [...children])
          setText(maker, nameOf(quote.accountId))
          setText(status, quote.status)
          setText(yes, `YES ${bid(quote.yesBid, quote.yesCount)}`)
          setText(no, `NO ${bid(quote.noBid, quote.noCount)}`)
        }
      )
    }
  )
  byId("rfqs-empty").hidden = rfqs.length > 0
  byId("rfq-list").hidden = rfqs.length === 0
}

/** While the log is held, it collects new items, up to its limit. */
const makeLog = (name, holdId, create) => {
  const list = byId(`${name}-list`)
  const empty = byId(`${name}s-empty`)
  const hold = byId(holdId)
  let isHeld = false
  let waiting = []
  const show = () => {
    prepend(list, waiting.map(create), shownItems)
    waiting = []
    list.hidden = list.children.length === 0
    empty.hidden = !list.hidden
  }
  list.hidden = true
  hold.addEventListener("click", () => {
    isHeld = !isHeld
    setAttribute(hold, "aria-pressed", String(isHeld))
    show()
  })
  return {
    add: ({ discarded, items }) => {
      const skipped = discarded === 0 ? [] : [{ discarded, atMillis: items[0]?.atMillis ?? 0 }]
      waiting = [...waiting, ...skipped, ...items].slice(-shownItems)
      if (!isHeld) show()
    },
    clear: () => {
      waiting = []
      list.replaceChildren()
      show()
    }
  }
}

const skippedItem = ({ discarded }) =>
  h("li", { class: "skipped muted" }, `${discarded} more are not shown: they arrived too fast`)

const statusClass = (status) => (status === 0 || status >= 500 ? "bad" : status >= 400 ? "warn" : "good")

const requestItem = (nameOf) => (request) => {
  if ("discarded" in request) return skippedItem(request)
  const { accountId, atMillis, method, operation, path, status } = request
  return h(
    "li",
    { class: "entry num" },
    h("time", { class: "muted" }, clock(atMillis)),
    h("span", { class: `code ${statusClass(status)}` }, status === 0 ? "drop" : String(status)),
    h("span", { class: "who muted" }, accountId === undefined ? "–" : nameOf(accountId)),
    h(
      "span",
      { class: "what" },
      h("b", {}, operation ?? "no operation"),
      h("small", { class: "muted" }, `${method} ${path}`)
    )
  )
}

const frameItem = (frame) => {
  if ("discarded" in frame) return skippedItem(frame)
  const { atMillis, connectionId, direction, isCut, text } = frame
  const arrow = direction === "in" ? "→" : "←"
  const label = direction === "in" ? "to the exchange" : "from the exchange"
  return h(
    "li",
    {},
    h(
      "details",
      { class: "frame" },
      h(
        "summary",
        {},
        h("time", { class: "muted num" }, clockMillis(atMillis)),
        h(
          "span",
          { class: `code ${direction}`, title: `Connection ${connectionId}, ${label}` },
          h("span", { "aria-hidden": "true" }, arrow),
          h("span", { class: "hidden" }, label),
          ` ${connectionId}`
        ),
        h("code", {}, text)
      ),
      h("pre", {}, isCut ? `${text}…` : text)
    )
  )
}

export const makeRequests = (nameOf) => makeLog("request", "hold-requests", requestItem(nameOf))

export const makeFrames = () => makeLog("frame", "hold-frames", frameItem)

export const suggestOperations = (items) => {
  const list = byId("operations", HTMLDataListElement)
  const known = new Set(Array.from(list.options, (option) => option.value))
  for (const { operation } of items) {
    if (operation !== undefined && !known.has(operation)) {
      known.add(operation)
      list.append(h("option", { value: operation }))
    }
  }
}
