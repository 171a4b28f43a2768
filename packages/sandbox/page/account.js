/**
 * The selected account: the order form, balances, resting orders, positions and order groups.
 */
import { post, send } from "./api.js"
import { byId, fieldOf, h, setAttribute, setClass, setText, sync, syncOptions } from "./dom.js"
import { count, dollarParts, dollars, parseCents, parseCount, price, toContracts, toDollars } from "./format.js"
import { showFacts } from "./market.js"

const windowMillis = 15_000

const sideNames = { bid: "Buy YES", ask: "Sell YES" }

/** An invalid number is undefined. */
const readForm = (form) => {
  const data = new FormData(form)
  const [contracts, cents] = [parseCount(String(data.get("count"))), parseCents(String(data.get("price")))]
  return {
    contracts,
    cents,
    side: data.get("side"),
    timeInForce: data.get("timeInForce"),
    postOnly: data.get("postOnly") !== null,
    orderGroupId: data.get("orderGroupId") || undefined
  }
}

/** `selection` returns the selected market and account. */
export const makeOrderForm = (selection) => {
  const form = byId("order", HTMLFormElement)
  const result = byId("order-result")
  const showCost = () => {
    const { cents, contracts, side } = readForm(form)
    const isValid = contracts !== undefined && cents !== undefined && cents <= 10_000
    // The product of a price and a count is exactly an amount in micro-dollars.
    const micros = isValid ? contracts * (side === "bid" ? cents : 10_000 - cents) : 0
    setText(byId("cost"), isValid ? `Costs at most ${dollars(micros)} plus fees` : "")
  }
  const report = (text, kind) => {
    setText(result, text)
    setClass(result, `result ${kind}`)
  }
  const invalid = (name, text) => {
    fieldOf(form, name).setAttribute("aria-invalid", "true")
    fieldOf(form, name).focus()
    report(text, "bad")
  }
  form.addEventListener("input", ({ target }) => {
    if (target instanceof Element) target.removeAttribute("aria-invalid")
    showCost()
  })
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    const { accountId, ticker } = selection()
    const { cents, contracts, ...terms } = readForm(form)
    if (ticker === undefined || accountId === undefined) return report("Select a market and an account first.", "bad")
    if (contracts === undefined) return invalid("count", "Contracts must be a number with at most two decimals.")
    if (cents === undefined) return invalid("price", "The price must be cents, with at most two decimals.")
    try {
      const order = await post(`accounts/${accountId}/orders`, {
        ...terms,
        ticker,
        count: toContracts(contracts),
        price: toDollars(cents)
      })
      report(outcome(order), "good")
    } catch (error) {
      report(error.message, "bad")
    }
  })
  showCost()
  return {
    setPrice: (tenThousandths, side) => {
      fieldOf(form, "price").value = price(tenThousandths).slice(0, -1)
      // To trade with a price in the book, an order must be on the other side.
      const sides = form.elements.namedItem("side")
      if (sides instanceof RadioNodeList) sides.value = side === "ask" ? "bid" : "ask"
      showCost()
    }
  }
}

const outcome = ({ fillCount, remainingCount, status, ...order }) => {
  const filled = fillCount === 0 ? "" : `${count(fillCount)} filled`
  const rest =
    status === "resting"
      ? `${count(remainingCount)} resting at ${price(order.price)}`
      : status === "canceled"
        ? "the rest canceled"
        : ""
  const parts = [filled, rest].filter((part) => part !== "").join(", ")
  return `${sideNames[order.side]}: ${parts === "" ? status : parts}`
}

export const showAccounts = (accounts, selected) => {
  const select = byId("account-select", HTMLSelectElement)
  syncOptions(
    select,
    accounts.map(({ accountId, name }) => ({ value: accountId, text: name }))
  )
  if (selected !== undefined) select.value = selected
  select.parentElement.hidden = accounts.length === 0
  const account = accounts.find(({ accountId }) => accountId === selected)
  setText(byId("account-title"), account === undefined ? "Account" : `Account ${account.name}`)
  setText(byId("account-tier"), account === undefined ? "" : `tier ${account.tier}`)
}

const sum = (balances, name) => balances.reduce((total, balance) => total + BigInt(balance[name]), 0n)

const place = ({ exchangeIndex, subaccount }) =>
  [subaccount === 0 ? "" : `subaccount ${subaccount}`, exchangeIndex === 0 ? "" : `shard ${exchangeIndex}`]
    .filter((part) => part !== "")
    .join(", ")

const detailsOf = (entity) => [entity.ticker, place(entity)].filter((part) => part !== "").join(" · ")

const showOrders = ({ accountId, hasMoreOrders, orders }, run) => {
  sync(
    byId("orders"),
    orders,
    ({ orderId }) => orderId,
    ({ orderId }) => {
      const cancel = h("button", { type: "button", class: "quiet small" }, "Cancel")
      cancel.addEventListener("click", () =>
        run(() => send("DELETE", `accounts/${accountId}/orders/${orderId}`), "Order canceled")
      )
      return h("tr", {}, h("td", {}, h("span"), h("small", { class: "muted" })), h("td", {}, cancel))
    },
    (row, order) => {
      const [terms, action] = row.children
      const text = `${sideNames[order.side]} ${count(order.remainingCount)} at ${price(order.price)}`
      setText(terms.firstElementChild, text)
      setClass(terms.firstElementChild, order.side)
      setText(terms.lastElementChild, detailsOf(order))
      setAttribute(action.firstElementChild, "aria-label", `Cancel ${text}, ${order.ticker}`)
    }
  )
  setText(byId("orders-count"), orders.length === 0 ? "" : `${orders.length}${hasMoreOrders ? "+" : ""}`)
  byId("orders-empty").hidden = orders.length > 0
}

const showPositions = ({ positions }) => {
  sync(
    byId("positions"),
    positions,
    ({ exchangeIndex, subaccount, ticker }) => `${ticker} ${subaccount} ${exchangeIndex}`,
    () => h("tr", {}, h("td", {}, h("span"), h("small", { class: "muted" })), h("td")),
    (row, position) => {
      const [contracts, cost] = row.children
      setText(contracts.firstElementChild, `${count(Math.abs(position.count))} ${position.count > 0 ? "YES" : "NO"}`)
      setClass(contracts.firstElementChild, position.count > 0 ? "bid" : "ask")
      setText(contracts.lastElementChild, detailsOf(position))
      setText(cost, dollarParts(position.exposureMicros)[0])
    }
  )
  byId("positions-empty").hidden = positions.length > 0
}

/** The fills at the left end leave the window next. */
const showGroups = ({ groups }, nowMillis) => {
  sync(
    byId("groups"),
    groups,
    ({ groupId }) => groupId,
    () =>
      h(
        "li",
        {},
        h("div", { class: "row num" }, h("span", {}), h("span", { class: "pill" })),
        h(
          "div",
          { class: "meter", role: "meter", "aria-label": "Contracts filled in the window", "aria-valuemin": 0 },
          h("span", {})
        ),
        h("div", { class: "window", "aria-hidden": "true" }),
        h("small", { class: "muted num" })
      ),
    (item, group) => {
      const [head, meter, track, note] = item.children
      setText(head.firstElementChild, `${count(group.windowCount)} of ${count(group.limit)} contracts`)
      setText(head.lastElementChild, group.triggered ? "triggered" : "active")
      setClass(head.lastElementChild, group.triggered ? "pill bad" : "pill good")
      setAttribute(meter, "aria-valuemax", String(group.limit / 100))
      setAttribute(meter, "aria-valuenow", String(Math.min(group.windowCount, group.limit) / 100))
      setAttribute(meter, "aria-valuetext", `${count(group.windowCount)} of ${count(group.limit)}`)
      meter.firstElementChild.style.width = `${Math.min(1, group.windowCount / group.limit) * 100}%`
      setClass(meter, group.triggered ? "meter bad" : "meter")
      const fills = group.fills.filter(([atMillis]) => nowMillis - atMillis < windowMillis)
      sync(
        track,
        fills.map(([atMillis], index) => ({ atMillis, key: `${atMillis} ${index}` })),
        ({ key }) => key,
        () => h("i"),
        (mark, { atMillis }) => {
          mark.style.left = `${(1 - (nowMillis - atMillis) / windowMillis) * 100}%`
        }
      )
      const orders = `${group.restingOrders} resting order${group.restingOrders === 1 ? "" : "s"}`
      setText(
        note,
        [`Group ${group.groupId.slice(0, 8)}`, orders, place(group)].filter((part) => part !== "").join(" · ")
      )
    }
  )
  byId("groups-empty").hidden = groups.length > 0
}

export const makeAccountView = (run, now) => {
  let account
  const timer = () => {
    if (account?.groups.some(({ fills }) => fills.length > 0)) showGroups(account, now())
  }
  setInterval(timer, 500)
  return (next) => {
    account = next ?? { balances: [], orders: [], positions: [], groups: [], hasMoreOrders: false }
    const { balances } = account
    showFacts(byId("balances"), [
      ["Cash", ...dollarParts(sum(balances, "cashMicros"))],
      ["Reserved", ...dollarParts(sum(balances, "collateralMicros"))],
      ["Positions", ...dollarParts(sum(balances, "positionsMicros"))],
      ["Fees", ...dollarParts(sum(balances, "feesMicros"))]
    ])
    showOrders(account, run)
    showPositions(account)
    showGroups(account, now())
    syncOptions(fieldOf(byId("order", HTMLFormElement), "orderGroupId"), [
      { value: "", text: "none" },
      ...account.groups.map(({ groupId, limit }) => ({
        value: groupId,
        text: `${groupId.slice(0, 8)}, limit ${count(limit)}`
      }))
    ])
  }
}
