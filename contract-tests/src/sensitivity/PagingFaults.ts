/** Faults of reading lists and histories. */
import { faultsOf, type Fault } from "./Fault.ts"

const pages = faultsOf("packages/client/src/Pages.ts", "P10")
const history = faultsOf("packages/client/src/rest/History.ts", "packages/client/test/History.test.ts")

/** Every one of them. */
export const pagingFaults: ReadonlyArray<Fault> = [
  pages(
    "ends at an empty page",
    "Orders.list",
    "? Effect.succeed(found) : next",
    "? Effect.succeed(found) : Cause.done()"
  ),
  pages(
    "begins anew where the cursor is empty",
    "Orders.list",
    'typeof cursor !== "string" || cursor === ""',
    'typeof cursor !== "string"'
  ),
  pages("takes a second look at where it began alone", "Orders.list", "read.has(cursor)", "[...read][1] === cursor"),
  pages(
    "takes a cursor for read before its page arrived",
    "Orders.list",
    "return Effect.flatMap(operation(",
    "read.add(cursor)\nreturn Effect.flatMap(operation("
  ),
  pages("asks for one page more than it may", "Orders.list", "pages >= maxPages", "pages > maxPages"),
  pages(
    "trims a cursor",
    "Orders.list",
    "Object.assign(copyOf(request), { cursor })",
    'Object.assign(copyOf(request), { cursor: typeof cursor === "string" ? cursor.trim() || cursor : cursor })'
  ),
  pages(
    "forgets what was asked for after the first page",
    "Orders.list",
    "Object.assign(copyOf(request), { cursor })",
    "pages === 0 ? Object.assign(copyOf(request), { cursor }) : { cursor }"
  ),
  pages("gives of every list the first", "Portfolio.positions", "[list, of(list)]", "[list, of(first!)]"),
  pages(
    "loses the first item of every page but the first",
    "Orders.list",
    "const found = elements(page)",
    "const found = pages > 1 && elements(page).length > 1 ? elements(page).slice(1) : elements(page)"
  ),
  pages(
    "begins at the beginning whatever cursor it is given",
    "Orders.list",
    'let cursor = request["cursor"]',
    "let cursor: unknown"
  ),
  pages("takes an empty cursor for the beginning", "Orders.list", 'if (cursor === "") {', "if (false) {", {
    seenBy: "packages/client/test/Pages.test.ts"
  }),
  history(
    "gives twice what moved to the old side meanwhile",
    undefined,
    "if (overlap.has(id) || recentHistorical.has(id))",
    "if (recentHistorical.has(id))"
  ),
  history(
    "gives twice what the live side repeats",
    undefined,
    "if (overlap.has(id) || recentLive.has(id))",
    "if (overlap.has(id))"
  ),
  history(
    "gives twice what the archive repeats",
    undefined,
    "if (overlap.has(id) || recentHistorical.has(id))",
    "if (overlap.has(id))"
  ),
  history(
    "loses what comes before a failure in a page",
    undefined,
    "} else if (found.length > 0) {",
    "} else if (false) {"
  ),
  history(
    "reads one side with a filter that the other refuses",
    undefined,
    "for (const descriptor of descriptors) {",
    "for (const descriptor of descriptors.slice(0, 1)) {"
  ),
  history("takes two orders' fill for one", undefined, "`${fill_id} ${order_id}`", "`${fill_id}`"),
  history("does not read the cutoff again between the sides", undefined, "        Stream.concat(secondCutoff),\n", ""),
  history(
    "reads the positions that are not settled alone",
    undefined,
    'Portfolio.positions.items.market_positions({ ...input, settlement_status: "all" })',
    "Portfolio.positions.items.market_positions({ ...input })"
  ),
  history("never says that it cannot know", undefined, "if (!isInOverlap(item)) return isYoung(item, id)", "")
]
