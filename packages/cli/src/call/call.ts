/**
 * `kalshi call`: calls any operation of the exchange by its name.
 *
 * @module
 */
import { InvalidRequest } from "@kalshi-effect/client/Errors"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { Changes } from "../app/annotations.ts"
import { changeFlags, type ChangeOptions } from "../app/changes.ts"
import { containsPrivateKey } from "../app/conceal.ts"
import { subaccount } from "../app/connection.ts"
import { CommandError, usage } from "../app/failures.ts"
import { Subaccount } from "../app/settings.ts"
import { didYouMean } from "../app/suggest.ts"
import * as Output from "../output/Output.ts"
import { describeFields, formatDescription } from "./describe.ts"
import { type Field, fieldsOf, objectIn } from "./fields.ts"
import { parseInput } from "./input.ts"
import type { OperationEntry } from "./model.ts"
import { load, type Operation } from "./operations.ts"
import { printPages } from "./pages.ts"
import { change, dryRun, layerOf, printResponse } from "./send.ts"

// The catalog is loaded on demand: it is long, and only this command and the completions need it.
const readCatalog = Effect.promise(async () => (await import("./generated/catalog.ts")).catalog)

const flags = {
  list: Flag.Boolean("list").pipe(
    Flag.withDescription("List all operations, or only those whose name, path or description contains the argument"),
    Flag.withDefault(false)
  ),
  describe: Flag.Boolean("describe").pipe(
    Flag.withDescription("Show what the operation does, and its fields"),
    Flag.withDefault(false)
  ),
  pages: Flag.String("pages").pipe(
    Flag.withMetavar("N|all"),
    Flag.withDescription("Read at most N pages of a list, or all pages, and print each item as a line of JSON"),
    Flag.optional
  ),
  out: Flag.Path("out", { pathType: "file" }).pipe(
    Flag.withDescription("The new file for the private key of the response"),
    Flag.optional
  ),
  ...changeFlags
}

const args = {
  operation: Argument.String("operation").pipe(
    Argument.withDescription("The name, such as OrderGroups.get, or the id in the published document"),
    Argument.optional
  ),
  fields: Argument.String("field=value").pipe(
    Argument.withDescription("The input: field=text, field=@file, field:=JSON, @file.json or - for the standard input"),
    Argument.variadic()
  )
}

const columns: ReadonlyArray<Output.Column<Omit<OperationEntry, "fields">>> = [
  { name: "operation", value: ({ name }) => name },
  { name: "method", value: ({ method }) => method, dropOrder: 2 },
  { name: "path", value: ({ path }) => path, dropOrder: 3 },
  { name: "access", value: ({ access }) => access, dropOrder: 1 },
  { name: "what it does", value: ({ doc }) => /^.*?\.(?= |$)/.exec(doc)?.[0] ?? doc, shrinks: true, dropOrder: 1 }
]

const list = (filter: string) =>
  Effect.gen(function* () {
    const wanted = filter.toLowerCase()
    const catalog = yield* readCatalog
    const has = (texts: ReadonlyArray<string>) => texts.some((text) => text.toLowerCase().includes(wanted))
    const byName = catalog.filter(({ id, name, path }) => has([name, id, path]))
    const found = [...byName, ...catalog.filter((entry) => has([entry.doc]) && !byName.includes(entry))]
    const rows = found.map((entry) => {
      const { fields: _, ...row } = entry
      return row
    })
    yield* Output.list(columns, rows, {
      empty: "No operation matches. Run `kalshi call --list` to see all",
      hint: "Run `kalshi call OPERATION --describe` to see the fields of an operation"
    })
  })

const find = (name: string) =>
  Effect.gen(function* () {
    const catalog = yield* readCatalog
    const wanted = name.toLowerCase()
    const found = catalog.find((entry) => entry.name.toLowerCase() === wanted || entry.id.toLowerCase() === wanted)
    if (found !== undefined) return found
    const names = catalog.flatMap(({ id, name }) => [name, id])
    return yield* usage(
      `There is no operation ${JSON.stringify(name)}.${didYouMean(name, names)} Run \`kalshi call --list\` to see all`
    )
  })

const listsWithSubaccount = (fields: ReadonlyMap<string, Field>): ReadonlyArray<string> =>
  [...fields.values()]
    .filter(({ shape }) => shape._tag === "List" && objectIn(shape)?.has("subaccount") === true)
    .map(({ name }) => name)

/** Sets the field `subaccount` in the input and in the items of its lists, where this field exists and is not set. */
const withSubaccount = (name: string, fields: ReadonlyMap<string, Field>, input: Record<string, unknown>) =>
  Effect.gen(function* () {
    const lists = listsWithSubaccount(fields)
    if (!fields.has("subaccount") && lists.length === 0) {
      const flag = yield* Subaccount
      return Option.isSome(flag) ? yield* usage(`${name} takes no subaccount. Remove --subaccount`) : input
    }
    const chosen = yield* subaccount
    if (chosen === undefined) return input
    const complete = (value: unknown): unknown =>
      Predicate.isObject(value) && !("subaccount" in value) ? { ...value, subaccount: chosen } : value
    const completed = { ...input }
    for (const list of lists) {
      const items = input[list]
      if (Array.isArray(items)) completed[list] = items.map(complete)
    }
    return fields.has("subaccount") ? complete(completed) : completed
  })

const pagesOf = (text: string, { descriptor, pages }: Operation) =>
  Effect.gen(function* () {
    if (pages === undefined) {
      return yield* usage(`${descriptor.name} returns everything in one response. Remove --pages`)
    }
    if (text === "all") return Number.POSITIVE_INFINITY
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
    return yield* usage(`--pages must be a number of at least 1, or all, but is ${JSON.stringify(text)}`)
  })

const hasMore = ({ descriptor }: Operation, response: unknown): boolean => {
  const { pages } = descriptor
  if (pages === undefined) return false
  const cursor = (response as Readonly<Record<string, unknown>>)[pages.cursor] // the response of a paged operation
  return typeof cursor === "string" && cursor !== ""
}

const read = (operation: Operation, input: unknown, pages: Option.Option<string>) =>
  Effect.gen(function* () {
    const maxPages = Option.isSome(pages) ? yield* pagesOf(pages.value, operation) : undefined
    const layer = yield* layerOf(operation.descriptor)
    if (maxPages !== undefined) return yield* Effect.provide(printPages(operation, input, maxPages), layer)
    const response = yield* Effect.provide(operation(input), layer)
    yield* printResponse(response)
    if (hasMore(operation, response)) {
      yield* Output.note("The list continues. Pass --pages all to read it to its end, one line of JSON per item")
    }
  })

interface Invocation extends ChangeOptions {
  readonly describe: boolean
  readonly pages: Option.Option<string>
  readonly out: Option.Option<string>
  readonly fields: ReadonlyArray<string>
}

const describe = (entry: OperationEntry, fields: ReadonlyMap<string, Field>) => {
  const described = describeFields(fields, entry.fields)
  return Output.value({ ...entry, fields: described }, (screen) => formatDescription(entry, described, screen))
}

const callOperation = (name: string, { out, pages, ...options }: Invocation) =>
  Effect.gen(function* () {
    const entry = yield* find(name)
    const operation = yield* Effect.promise(() => load(entry.name))
    const fields = fieldsOf(operation.descriptor)
    yield* Output.refuseCsv
    if (options.describe) return yield* describe(entry, fields)
    const { access, secret } = operation.descriptor
    if (Option.isSome(out) && !secret) {
      return yield* usage(`The response of ${entry.name} contains no private key. Remove --out`)
    }
    const given = yield* parseInput(entry.name, fields, options.fields)
    if (containsPrivateKey(JSON.stringify(given))) {
      return yield* usage("The input contains a private key. Nothing was sent. The exchange takes only the public key")
    }
    const input = yield* withSubaccount(entry.name, fields, given)
    if (options.dryRun) return yield* dryRun(operation, input)
    if (access !== "write") return yield* read(operation, input, pages)
    if (Option.isSome(pages)) yield* pagesOf(pages.value, operation)
    if (secret && Option.isNone(out)) {
      return yield* usage(
        `The response of ${entry.name} contains a private key, which is never printed. Pass --out FILE to write the key to a new file`
      )
    }
    return yield* change(operation, input, Option.getOrUndefined(out), options)
  }).pipe(
    Effect.mapError((error) =>
      error instanceof InvalidRequest
        ? new CommandError({
            exit: "usage",
            message: `${error.message.replace(/\.$/, "")}. Run \`kalshi call ${name} --describe\` to see the fields`,
            details: { type: error._tag, operation: error.operation, pointer: error.pointer }
          })
        : error
    )
  )

export const call = Command.make("call", { ...args, ...flags }, ({ list: lists, operation, ...invocation }) =>
  Effect.gen(function* () {
    const name = Option.getOrUndefined(operation)
    if (lists) return yield* list(name ?? "")
    if (name === undefined) {
      return yield* usage("Name an operation, such as `kalshi call Exchange.status`, or pass --list to see all")
    }
    return yield* callOperation(name, invocation)
  })
).pipe(
  Command.annotate(Changes, true),
  Command.withShortDescription("Calls any operation of the exchange by its name"),
  Command.withDescription(
    "Calls any operation of the exchange by its name. Fields have the names that the exchange uses in the path, the query and the body. Before the command sends an operation that changes the account, it shows the request and asks"
  ),
  Command.withExamples([
    {
      command: "kalshi call --list orders",
      description: "The operations whose name, path or description has the word"
    },
    { command: "kalshi call OrderGroups.create --describe", description: "What an operation does, and its fields" },
    { command: "kalshi call Markets.list status=open limit=5", description: "A read, as YAML; --json prints JSON" },
    {
      command: "kalshi call Markets.trades ticker=KXHIGHNY-26NOV30-T60 --pages all",
      description: "All pages of a list"
    },
    {
      command: "kalshi call OrderGroups.create contracts_limit=100 --dry-run",
      description: "The exact request, without sending it"
    },
    {
      command: "kalshi call Orders.batchCreate @orders.json --yes",
      description: "A change, with its input from a file"
    }
  ])
)
