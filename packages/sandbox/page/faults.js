/**
 * Planted faults.
 */
import { post } from "./api.js"
import { byId, h, setText, sync, syncOptions } from "./dom.js"

const restFaults = [
  ["503", { status: 503 }],
  ["429", { status: 429 }],
  ["500", { status: 500 }],
  ["Delay 2 s", { delayMillis: 2_000 }],
  ["Drop request", { reset: "before" }],
  ["Drop response", { reset: "after" }],
  ["Truncate", { mangle: "truncated" }],
  ["Corrupt", { mangle: "garbled" }]
]

const feedFaults = [
  ["Gap", { feed: "frame", change: "skip" }],
  ["Repeat", { feed: "frame", change: "repeat" }],
  ["Corrupt", { feed: "frame", change: "garble" }],
  ["Truncate", { feed: "frame", change: "cut" }],
  ["Lose silently", { feed: "frame", change: "omit" }],
  ["Delay 2 s", { feed: "frame", delayMillis: 2_000 }],
  ["Fail command", { feed: "command", error: 27 }],
  ["Refuse upgrade", { feed: "upgrade", status: 503, retryAfterSeconds: 1 }]
]

const channels = [
  "orderbook_delta",
  "ticker",
  "trade",
  "fill",
  "user_orders",
  "market_positions",
  "order_group_updates",
  "market_lifecycle_v2",
  "communications"
]

const times = (id) => {
  const value = Number(byId(id, HTMLInputElement).value)
  return Number.isInteger(value) && value >= 1 ? value : 1
}

const describe = ({ channel, feed, operation, path, times: _times, ...effect }) => {
  const target =
    feed === undefined
      ? (operation ?? path ?? "any request")
      : `feed ${feed}${channel === undefined ? "" : `, ${channel}`}`
  const effects = Object.entries(effect).map(
    ([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`
  )
  return `${target}: ${effects.join(", ")}`
}

export const makeFaults = (run) => {
  const buttons = (id, faults, complete) =>
    byId(id).append(
      ...faults.map(([label, fault]) =>
        h(
          "button",
          { type: "button", onclick: () => run(() => post("faults", complete(fault)), `Planted: ${label}`) },
          label
        )
      )
    )
  syncOptions(byId("fault-channel"), [{ value: "", text: "any" }, ...channels.map((value) => ({ value, text: value }))])
  buttons("rest-faults", restFaults, (fault) => {
    const operation = byId("fault-operation", HTMLInputElement).value.trim()
    return { ...fault, times: times("fault-times"), ...(operation === "" ? {} : { operation }) }
  })
  buttons("feed-faults", feedFaults, (fault) => {
    const channel = byId("fault-channel", HTMLSelectElement).value
    return { ...fault, times: times("feed-times"), ...(channel === "" || fault.feed === "upgrade" ? {} : { channel }) }
  })
  byId("clear-faults").addEventListener("click", () => run(() => post("faults/clear"), "Faults cleared"))
  byId("drop-feed").addEventListener("click", () => run(() => post("feed/drop"), "Connections closed"))
  return ({ planted, total }) => {
    sync(
      byId("planted"),
      planted.map((item, index) => ({ ...item, index })),
      ({ index }) => index,
      () => h("li", { class: "row num" }, h("span", {}), h("span", { class: "muted" })),
      (item, { fault, left }) => {
        setText(item.firstElementChild, describe(fault))
        setText(item.lastElementChild, `${left} left`)
      }
    )
    setText(byId("faults-count"), total === 0 ? "" : String(total))
    byId("planted-empty").hidden = total > 0
  }
}
