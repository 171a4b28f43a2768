/**
 * All scenarios, and the meaning of the steps.
 *
 * @module
 */
import type { Scenario, Verb } from "./Scenario.ts"
import { answers } from "./scenarios/answers.ts"
import { books } from "./scenarios/books.ts"
import { errors } from "./scenarios/errors.ts"
import { feed } from "./scenarios/feed.ts"
import { limits } from "./scenarios/limits.ts"
import { paging } from "./scenarios/paging.ts"
import { signing } from "./scenarios/signing.ts"
import { writes } from "./scenarios/writes.ts"

/** In the order of the scorecard. */
export const scenarios: ReadonlyArray<Scenario> = [
  ...signing,
  ...paging,
  ...errors,
  ...answers,
  ...writes,
  ...limits,
  ...books,
  ...feed
]

/** What a driver does at a step, and what it reports as the value of a success. */
export interface Task {
  readonly task: string
  readonly value: string
}

const results =
  "{results: a list with {order_id} for each placed order and {error, placed} for each other order, in the order of the input}"

export const tasks: Readonly<Record<Verb, Task>> = {
  get_balance: { task: "Read the balance of the account.", value: "{balance_dollars}" },
  get_order: {
    task: "Read the order with this order_id.",
    value: "{order_id, status, remaining_count_fp, yes_price_dollars}, each as the client returns it, or null"
  },
  list_orders: {
    task: "Read all orders of the account with the client's own pagination. `limit` is the number of orders on a page.",
    value: "{order_ids: all ids in the order of the list}"
  },
  list_orders_page: { task: "Read one page of the orders of the account.", value: "{order_ids}" },
  create_order: {
    task: "Place this order as good till canceled, in the way that the documentation of the client recommends.",
    value: "{order_id}"
  },
  create_orders: { task: "Place these orders with one request.", value: results },
  create_orders_at_once: { task: "Place these orders concurrently, each with a separate request.", value: results },
  cancel_order: { task: "Cancel the order with this order_id.", value: "{}" },
  decrease_order: { task: "Decrease the order with this order_id by reduce_by contracts.", value: "{}" },
  create_order_group: { task: "Create an order group with this contracts_limit.", value: "{order_group_id}" },
  watch_book: {
    task: "Start to follow the order book of the market over the feed, with `lines` independent connections. Wait until the client has the book or reports an error. If neither happens within 5 seconds, report an error of the kind `timeout`.",
    value: "{}"
  },
  read_book: {
    task: "Read the book that the client exposes now.",
    value:
      "{yes, no: the bids of each side as [price, count] texts; warning: true if the client reports that the book may be wrong}. If the client exposes no book: an error"
  },
  watch_trades: {
    task: "Start to follow the public trades of the market over the feed, with `lines` independent connections.",
    value: "{}"
  },
  read_trades: {
    task: "Read the trades that the client has delivered since watch_trades.",
    value: "{trade_ids; warning: true if the client reports that trades may be missing}"
  },
  continue: {
    task: "Send a POST request to the path `continue` of the scenario, and wait for the response. Meanwhile, the exchange acts. Report no result.",
    value: ""
  }
}
