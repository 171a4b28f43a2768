/**
 * The cases are derived from the names and schemas of the parameters in the published document, so that new operations
 * are tested too.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { routes } from "../../src/rest/routes.ts"
import { layerTest, Sandbox } from "../../src/Sandbox.ts"
import { everyRequest, type RequestCase } from "../support/requests.ts"
import { errorOf, send, type Sent } from "../support/wire.ts"
import { makeWorld } from "../support/world.ts"

interface Schema {
  readonly $ref?: string
  readonly type?: string | ReadonlyArray<string>
  readonly enum?: ReadonlyArray<unknown>
  readonly minimum?: number
  readonly maximum?: number
}

interface Parameter {
  readonly $ref?: string
  readonly name: string
  readonly in: string
  readonly schema: Schema
}

interface Published {
  readonly operationId: string
  readonly parameters?: ReadonlyArray<Parameter>
  readonly responses: Readonly<Record<string, unknown>>
}

const document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Published>>>>
  readonly components: {
    readonly parameters: Readonly<Record<string, Parameter>>
    readonly schemas: Readonly<Record<string, Schema>>
  }
} = JSON.parse(readFileSync(new URL("../../../../fixtures/spec/rest.json", import.meta.url), "utf8"))

const nameIn = (reference: string): string => reference.split("/").at(-1)!

const schemaOf = (schema: Schema): Schema =>
  schema.$ref === undefined ? schema : document.components.schemas[nameIn(schema.$ref)]!

const parametersOf = ({ parameters = [] }: Published, where: string): ReadonlyArray<Parameter> =>
  parameters
    .map((parameter) =>
      parameter.$ref === undefined ? parameter : document.components.parameters[nameIn(parameter.$ref)]!
    )
    .filter((parameter) => parameter.in === where)
    .map((parameter) => ({ ...parameter, schema: schemaOf(parameter.schema) }))

const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
  Object.values(methods).map((published) => ({ template, published }))
)

interface Change {
  readonly about: string
  readonly query?: Readonly<Record<string, string>>
  readonly path?: Readonly<Record<string, string>>
  readonly expected: "invalid" | "notFound" | "success"
}

const invalid = (about: string, query: Readonly<Record<string, string>>): Change => ({
  about,
  query,
  expected: "invalid"
})

/** How the names of the two parameters of a range begin. */
const bounds = [
  [/^min_/, "max_"],
  [/^start_/, "end_"],
  [/^from/, "to"]
] as const

const changesOfRanges = (published: Published): ReadonlyArray<Change> => {
  const names = parametersOf(published, "query").map(({ name }) => name)
  return bounds.flatMap(([begin, end]) =>
    names
      .filter((name) => begin.test(name) && names.includes(name.replace(begin, end)))
      .flatMap((first): ReadonlyArray<Change> => {
        const last = first.replace(begin, end)
        return [
          invalid("a reversed range", { [first]: "3601", [last]: "3600" }),
          { about: "an equal range", query: { [first]: "3600", [last]: "3600" }, expected: "success" }
        ]
      })
  )
}

const changesOfLimit = (published: Published): ReadonlyArray<Change> =>
  parametersOf(published, "query")
    .filter(({ name }) => name === "limit")
    .flatMap(({ schema: { maximum, minimum } }): ReadonlyArray<Change> => [
      invalid("a limit that is not a number", { limit: "many" }),
      invalid("a fractional limit", { limit: "1.5" }),
      invalid("a huge limit", { limit: "9999999999999999" }),
      ...(minimum === undefined ? [] : [invalid("a low limit", { limit: String(minimum - 1) })]),
      ...(maximum === undefined
        ? []
        : [
            invalid("a high limit", { limit: String(maximum + 1) }),
            { about: "the greatest limit", query: { limit: String(maximum) }, expected: "success" } as const
          ])
    ])

const changesOfCursor = (published: Published): ReadonlyArray<Change> =>
  parametersOf(published, "query")
    .filter(({ name }) => name === "cursor")
    .flatMap((): ReadonlyArray<Change> => [
      invalid("a malformed cursor", { cursor: "nonsense" }),
      { about: "an empty cursor", query: { cursor: "" }, expected: "success" }
    ])

const changesOfTypes = (published: Published): ReadonlyArray<Change> =>
  parametersOf(published, "query")
    .filter(({ schema }) => schema.enum !== undefined || schema.type === "integer" || schema.type === "boolean")
    .map(({ name }) => invalid("a value of another type", { [name]: "perhaps" }))

const freeText = new Set(["type", "city", "category"])

/** Ids whose malformed values the demo exchange treats as unknown. Source: the code of a public client. */
const unknownIfMalformed = new Set(["milestone_id", "structured_target_id"])

const changesOfPath = (published: Published): ReadonlyArray<Change> =>
  parametersOf(published, "path")
    .filter(({ name }) => !freeText.has(name))
    .flatMap(({ name }): ReadonlyArray<Change> =>
      name.endsWith("ticker")
        ? [{ about: "an unknown ticker", path: { [name]: "KXNONE-1" }, expected: "notFound" }]
        : [
            {
              about: "a malformed id",
              path: { [name]: "not-an-id" },
              expected: unknownIfMalformed.has(name) ? "notFound" : "invalid"
            },
            {
              about: "an unknown id",
              path: { [name]: "00000000-0000-4000-8000-00000000dead" },
              expected: "notFound"
            }
          ]
    )

const changesOf = (published: Published): ReadonlyArray<Change> => [
  ...changesOfRanges(published),
  ...changesOfLimit(published),
  ...changesOfCursor(published),
  ...changesOfTypes(published),
  ...changesOfPath(published)
]

const changed = (sent: Sent, template: string, { path = {}, query = {} }: Change): Sent => {
  const [valid = "", search = ""] = sent.path.split("?")
  const parts = valid.split("/")
  const changedPath = template
    .split("/")
    .map((segment, index) => path[segment.slice(1, -1)] ?? parts[index])
    .join("/")
  const parameters = new URLSearchParams(search)
  for (const [name, value] of Object.entries(query)) parameters.set(name, value)
  return { ...sent, path: parameters.size === 0 ? changedPath : `${changedPath}?${parameters}` }
}

/**
 * If the document declares only 400 or only 404, an invalid path causes the declared status. An invalid query causes
 * 400, except for the parameters of {@link narrowing}.
 */
const statusOf = ({ responses }: Published, { expected, path, query }: Change, success: number): number => {
  const declares = (status: number) => Object.hasOwn(responses, String(status))
  if (expected === "success") return success
  if (expected === "notFound") return declares(404) || !declares(400) ? 404 : 400
  return query !== undefined || path === undefined || declares(400) || !declares(404) ? 400 : 404
}

/** Query parameters whose invalid value can cause 400 or 404. */
const narrowing = new Set(["subaccount", "exchange_index", "market_ticker"])

const table: Array<string> = []

const requestOf = (operationId: string): RequestCase =>
  everyRequest.find((request) => request.operationId === operationId)!

describe("invalid input", () => {
  it("is derived from all operations of the exchange", () => {
    assert.deepStrictEqual(
      routes.map(({ descriptor }) => descriptor.operationId).sort(),
      operations.map(({ published }) => published.operationId).sort()
    )
  })

  for (const { published, template } of operations) {
    const { operationId } = published
    const changes = changesOf(published)
    if (changes.length === 0) continue
    it.effect(`is refused by ${operationId}`, () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const world = yield* makeWorld
        const { request, success } = requestOf(operationId)
        // Archives the settled items.
        if (template.startsWith("/historical/")) yield* sandbox.moveClock(100 * 86_400_000)
        const valid = request(world)
        for (const change of changes) {
          const sent = changed(valid, template, change)
          const got = yield* send(sent)
          const about = `${change.about}: ${sent.method} ${sent.path}: ${JSON.stringify(got.body)}`
          const names = Object.keys(change.query ?? {})
          const expected = statusOf(published, change, success)
          if (change.expected === "invalid" && names.some((name) => narrowing.has(name))) {
            assert.include([400, 404], got.status, about)
          } else {
            assert.strictEqual(got.status, expected, about)
          }
          if (change.expected !== "success") assert.isString(errorOf(got).code, about)
        }
        table.push(`${operationId.padEnd(40)} ${changes.length} requests`)
      }).pipe(Effect.provide(layerTest({ assumptions: { timestampWindowMillis: Infinity } })))
    )
  }

  afterAll(() => console.log(table.sort().join("\n")))
})
