import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Ajv2020 } from "ajv/dist/2020.js"
import { brief, drift, edited, planted, rest, type Editable } from "./support/documents.ts"

const schemas = (document: Editable): Editable => document.components.schemas
const thing = (document: Editable): Editable => schemas(document).Thing
const body = (document: Editable): Editable => schemas(document).CreateThingRequest
const list = (document: Editable): Editable => document.paths["/things"].get
const without = (names: ReadonlyArray<string>, name: string): ReadonlyArray<string> =>
  names.filter((one) => one !== name)

type Planted = readonly [name: string, edit: (document: Editable) => void, expected: ReadonlyArray<string>]

const responses: ReadonlyArray<Planted> = [
  [
    "a required field removed",
    (document) => {
      delete thing(document).properties.count
      thing(document).required = without(thing(document).required, "count")
    },
    ["breaking field-removed ListThings count: refuses"]
  ],
  [
    "an optional field removed",
    (document) => delete thing(document).properties.note,
    ["breaking field-removed ListThings note: loses information"]
  ],
  [
    "a field made optional",
    (document) => (thing(document).required = without(thing(document).required, "id")),
    ["breaking field-became-optional ListThings id: refuses"]
  ],
  [
    "a field made required",
    (document) => thing(document).required.push("note"),
    ["additive field-became-required ListThings note"]
  ],
  [
    "a field made nullable",
    (document) => (thing(document).properties.id.nullable = true),
    ["breaking nullable ListThings id: refuses"]
  ],
  [
    "a required list made nullable, which the overlay allows",
    (document) => (thing(document).properties.tags.nullable = true),
    ["additive nullable ListThings tags"]
  ],
  [
    "a cursor made optional, which the overlay allows",
    (document) => (list(document).responses["200"].content["application/json"].schema.required = ["things"]),
    ["additive field-became-optional ListThings cursor"]
  ],
  [
    "a new member of an enum, which the client passes on",
    (document) => thing(document).properties.state.enum.push("paused"),
    ["additive enum-member-added ListThings state"]
  ],
  [
    "a member of an enum removed",
    (document) => thing(document).properties.state.enum.pop(),
    ["additive enum-member-removed ListThings state"]
  ],
  [
    "a new field, which the client ignores",
    (document) => (thing(document).properties.colour = { type: "string" }),
    ["additive field-added ListThings colour"]
  ],
  [
    "a new required field, which the client ignores",
    (document) => {
      thing(document).properties.colour = { type: "string" }
      thing(document).required.push("colour")
    },
    ["additive field-added ListThings colour"]
  ],
  [
    "a bound loosened",
    (document) => delete thing(document).properties.count.minimum,
    ["breaking constraint-loosened ListThings count: refuses"]
  ],
  [
    "a bound tightened",
    (document) => (thing(document).properties.count.minimum = 5),
    ["additive constraint-tightened ListThings count"]
  ],
  [
    "another type",
    (document) => (thing(document).properties.count = { type: "string" }),
    ["breaking type-changed ListThings count: refuses"]
  ],
  [
    "a list whose items must now be distinct",
    (document) => (thing(document).properties.tags.uniqueItems = true),
    ["additive constraint-tightened ListThings tags"]
  ],
  [
    "a deprecated field",
    (document) => (thing(document).properties.note.deprecated = true),
    ["additive deprecated ListThings note"]
  ],
  [
    "a field of error bodies removed",
    (document) => delete schemas(document).Problem.properties.service,
    ["breaking field-removed CreateThing service: loses information"]
  ],
  [
    "a status added",
    (document) => (list(document).responses["409"] = { description: "Conflict" }),
    ["additive status-added ListThings 409"]
  ],
  [
    "a status removed",
    (document) => delete list(document).responses["400"],
    ["additive status-removed ListThings 400"]
  ],
  [
    "the status of the successful response changed",
    (document) => {
      const { responses: declared } = document.paths["/things"].post
      declared["200"] = declared["201"]
      delete declared["201"]
    },
    ["breaking success-status-changed CreateThing schema: refuses"]
  ]
]

const requests: ReadonlyArray<Planted> = [
  [
    "a new optional field",
    (document) => (body(document).properties.colour = { type: "string" }),
    ["additive field-added CreateThing colour"]
  ],
  [
    "a new required field",
    (document) => {
      body(document).properties.colour = { type: "string" }
      body(document).required.push("colour")
    },
    ["breaking field-added CreateThing colour: sends a request that is refused"]
  ],
  [
    "a field removed",
    (document) => delete body(document).properties.kind,
    ["breaking field-removed CreateThing kind: sends a request that is refused"]
  ],
  [
    "a field made required",
    (document) => body(document).required.push("kind"),
    ["breaking field-became-required CreateThing kind: sends a request that is refused"]
  ],
  [
    "a field made optional",
    (document) => delete body(document).required,
    ["additive field-became-optional CreateThing name"]
  ],
  [
    "a field made nullable",
    (document) => (body(document).properties.name.nullable = true),
    ["additive nullable CreateThing name"]
  ],
  [
    "a field that is no longer nullable",
    (document) => delete body(document).properties.count.nullable,
    ["breaking not-nullable CreateThing count: sends a request that is refused"]
  ],
  [
    "a new member of a closed enum",
    (document) => body(document).properties.kind.enum.push("medium"),
    ["additive enum-member-added CreateThing kind"]
  ],
  [
    "a member of a closed enum removed",
    (document) => body(document).properties.kind.enum.pop(),
    ["breaking enum-member-removed CreateThing kind: sends a request that is refused"]
  ],
  [
    "a bound of a body tightened",
    (document) => (body(document).properties.name.maxLength = 10),
    ["breaking constraint-tightened CreateThing name: sends a request that is refused"]
  ],
  [
    "a bound of a parameter tightened",
    (document) => (list(document).parameters[0].schema.maximum = 50),
    ["breaking constraint-tightened ListThings schema: sends a request that is refused"]
  ],
  [
    "a range replaced by an enum that lacks one of its numbers",
    (document) => {
      const numbers = Array.from({ length: 100 }, (_, index) => index + 1).filter((number) => number !== 57)
      list(document).parameters[0].schema = { type: "integer", enum: numbers, default: 20 }
    },
    ["breaking enum-closed ListThings schema: sends a request that is refused"]
  ],
  [
    "a maximum length of a list introduced",
    (document) => (list(document).parameters[2].schema.maxItems = 2000),
    ["breaking constraint-tightened ListThings schema: sends a request that is refused"]
  ],
  [
    "a list whose items must now be distinct",
    (document) => (list(document).parameters[2].schema.uniqueItems = true),
    ["breaking constraint-tightened ListThings schema: sends a request that is refused"]
  ],
  [
    "another default",
    (document) => (list(document).parameters[0].schema.default = 100),
    ["additive default-changed ListThings schema"]
  ],
  [
    "a parameter removed",
    (document) => list(document).parameters.splice(1, 1),
    ["breaking field-removed ListThings schema: sends a request that is refused"]
  ],
  [
    "a path parameter renamed, which does not change the URL",
    (document) => {
      const item = document.paths["/things/{thing_id}"]
      delete document.paths["/things/{thing_id}"]
      document.paths["/things/{id}"] = item
      item.get.parameters[0].name = "id"
    },
    ["additive parameter-renamed GetThing schema"]
  ],
  [
    "the encoding of a list changed",
    (document) => (list(document).parameters[2].explode = false),
    ["breaking encoding-changed ListThings schema: sends a request that is refused"]
  ],
  [
    "an operation that now needs a key",
    (document) => (list(document).security = [{ key: [] }]),
    ["breaking security-added ListThings security: sends a request that is refused"]
  ],
  [
    "an operation that became public",
    (document) => (document.paths["/things"].post.security = []),
    ["additive security-removed CreateThing security"]
  ],
  [
    "an operation removed",
    (document) => delete document.paths["/things/{thing_id}"],
    ["breaking operation-removed GetThing get: sends a request that is refused"]
  ],
  [
    "an operation added",
    (document) => (document.paths["/other"] = { get: { ...list(document), operationId: "Other" } }),
    ["additive operation-added Other get"]
  ],
  [
    "an operation moved",
    (document) => {
      document.paths["/objects"] = { get: list(document) }
      delete document.paths["/things"].get
    },
    ["breaking operation-moved ListThings get: sends a request that is refused"]
  ],
  [
    "an operation id changed",
    (document) => (list(document).operationId = "GetThings"),
    ["additive operation-renamed GetThings get"]
  ],
  [
    "the address changed",
    (document) => (document.servers[0].url = "https://example.org/api"),
    ["breaking server-removed servers 0: sends a request that is refused", "additive server-added servers 0"]
  ]
]

const reordered = (value: Editable): Editable => {
  if (Array.isArray(value)) return value.map(reordered)
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).map(([name, member]) => [name, reordered(member)] as const)
  const isSet = (name: string): boolean => name === "required" || name === "parameters" || name === "enum"
  return Object.fromEntries(
    entries
      .reverse()
      .map(([name, member]) => [name, isSet(name) && Array.isArray(member) ? [...member].reverse() : member])
  )
}

const harmless: ReadonlyArray<readonly [name: string, edit: (document: Editable) => Editable]> = [
  ["reordered members, parameters, enums and required fields", reordered],
  ["another description", (document) => edited(document, (copy) => (thing(copy).description = "Anything"))],
  ["another example", (document) => edited(document, (copy) => (thing(copy).properties.id.example = "b"))],
  [
    "a new default of a response field",
    (document) => edited(document, (copy) => (thing(copy).properties.note.default = "none"))
  ],
  [
    "a schema moved to a component",
    (document) =>
      edited(document, (copy) => {
        schemas(copy).State = thing(copy).properties.state
        thing(copy).properties.state = { $ref: "#/components/schemas/State" }
      })
  ],
  [
    "a new component that no operation uses",
    (document) => edited(document, (copy) => (schemas(copy).Unused = { type: "object" }))
  ],
  [
    "a new constraint that allows every value",
    (document) => edited(document, (copy) => (body(copy).properties.name.minLength = 0))
  ]
]

const variant = (kind: string, fields: Record<string, unknown>): Editable => ({
  type: "object",
  required: ["kind", ...Object.keys(fields)],
  properties: { kind: { type: "string", enum: [kind] }, ...fields }
})

/** `size` is an integer in one variant and a string in the other. */
const withVariants = edited(rest, (document) => {
  const variants = [variant("circle", { size: { type: "integer" } }), variant("box", { size: { type: "string" } })]
  thing(document).properties.shape = { oneOf: variants }
})

const variants = (document: Editable): Editable => thing(document).properties.shape.oneOf

const ofVariants: ReadonlyArray<Planted> = [
  ["nothing if the variants are reordered", (document) => variants(document).reverse(), []],
  [
    "a change of each variant, although the variants are reordered",
    (document) => {
      variants(document).reverse()
      variants(document)[0].properties.size.maxLength = 5
      variants(document)[1].properties.size.maximum = 5
    },
    ["additive constraint-tightened ListThings size", "additive constraint-tightened ListThings size"]
  ],
  [
    "a new variant",
    (document) => variants(document).push(variant("line", { length: { type: "integer" } })),
    ["breaking variant-added ListThings shape: refuses"]
  ],
  ["a variant removed", (document) => variants(document).pop(), ["additive variant-removed ListThings shape"]]
]

describe("the comparison of two REST documents", () => {
  it.each(ofVariants)("finds in the variants of a value: %s", (_, edit, expected) => {
    assert.deepStrictEqual(planted(withVariants, edit), expected)
  })

  it.each(responses)("finds in a response: %s", (_, edit, expected) => {
    assert.deepStrictEqual(planted(rest, edit), expected)
  })

  it.each(requests)("finds in a request: %s", (_, edit, expected) => {
    assert.deepStrictEqual(planted(rest, edit), expected)
  })

  it.each(harmless)("has no finding for %s", (_, edit) => {
    const { findings, isSilent, notes } = drift(rest, edit(rest))
    assert.deepStrictEqual([findings.map(brief), isSilent], [[], false])
    assert.deepStrictEqual(notes, [
      "the documents allow the same values: they differ only in details such as prose, examples, the sequence of keys, or unused parts"
    ])
  })

  it("has no finding if both documents are equal", () => {
    const { findings, isSilent, notes } = drift(rest, rest)
    assert.deepStrictEqual([findings, notes, isSilent], [[], [], false])
  })

  it("reports that the content changed under the same version", () => {
    const edit = (document: Editable): void => void (thing(document).properties.colour = { type: "string" })
    assert.isTrue(drift(rest, edited(rest, edit)).isSilent)
    const released = edited(rest, (document) => {
      edit(document)
      document.info.version = "1.1.0"
    })
    assert.isFalse(drift(rest, released).isSilent)
  })

  it("reports a change of several operations as one finding, which lists the other operations", () => {
    const [finding] = drift(
      rest,
      edited(rest, (document) => delete thing(document).properties.note)
    ).findings
    assert.deepStrictEqual(
      [finding?.subject, finding?.others, finding?.pointer],
      ["ListThings", ["CreateThing", "GetThing"], "/components/schemas/Thing/properties/note"]
    )
  })

  it("reports a new status of several operations as one finding", () => {
    const { findings } = drift(
      rest,
      edited(rest, (document) => {
        list(document).responses["409"] = { description: "Conflict" }
        document.paths["/things"].post.responses["409"] = { description: "Conflict" }
      })
    )
    assert.deepStrictEqual(
      findings.map(({ others, subject }) => [subject, others]),
      [["ListThings", ["CreateThing"]]]
    )
  })

  it("has a minimal witness for a change: a value that one document allows and the other refuses", () => {
    const now = edited(rest, (document) => (body(document).properties.count.maximum = 10))
    const [finding] = drift(rest, now).findings
    assert.deepStrictEqual(finding?.witness, { pointer: "/count", value: { name: "text", count: 11 } })
    const ajv = new Ajv2020({ strict: false })
    const [accepts, refuses] = [rest, now].map((document) =>
      ajv.compile({
        ...body(document),
        properties: {
          ...body(document).properties,
          count: { ...body(document).properties.count, type: ["integer", "null"] }
        }
      })
    )
    assert.deepStrictEqual([accepts?.(finding?.witness?.value), refuses?.(finding?.witness?.value)], [true, false])
  })

  it("has a witness that contains the field if a response gets a new required field", () => {
    const [finding] = drift(
      rest,
      edited(rest, (document) => {
        thing(document).properties.colour = { type: "string" }
        thing(document).required.push("colour")
      })
    ).findings
    assert.deepStrictEqual(
      [finding?.savedBy, JSON.stringify(finding?.witness?.value).includes('"colour":"text"')],
      ["unknown fields", true]
    )
  })

  it("lists a change as undecided if it finds no witness, and still reports the other changes", () => {
    // Each of these patterns allows only one value, which the generators cannot find.
    const withPattern = (pattern: string): Editable =>
      edited(rest, (document) => (thing(document).properties.note.pattern = pattern))
    const now = edited(withPattern("^(?=ac)[a-c]c$"), (document) => delete thing(document).properties.count.minimum)
    const { findings, undecided } = drift(withPattern("^(?=ab)[a-c]b$"), now)
    assert.deepStrictEqual(findings.map(brief), ["breaking constraint-loosened ListThings count: refuses"])
    assert.deepStrictEqual(undecided, [
      "ListThings response /things/*/note: pattern ^(?=ab)[a-c]b$ → ^(?=ac)[a-c]c$, but no value that shows the change was found",
      "CreateThing response /note: pattern ^(?=ab)[a-c]b$ → ^(?=ac)[a-c]c$, but no value that shows the change was found",
      "GetThing response /note: pattern ^(?=ab)[a-c]b$ → ^(?=ac)[a-c]c$, but no value that shows the change was found"
    ])
  })

  it("reports the same findings for several changes together as for each change alone", () => {
    // These changes do not influence each other, because they change different places.
    const names = [
      "a required field removed",
      "a new field",
      "a status added",
      "a new optional field",
      "a bound of a body tightened",
      "another default",
      "a parameter removed",
      "a new member of an enum",
      "an operation added"
    ]
    const independent = [...responses, ...requests].filter(([name]) => names.some((one) => name.startsWith(one)))
    assert.isAtLeast(independent.length, names.length)
    fc.assert(
      fc.property(fc.shuffledSubarray(independent), (chosen) => {
        const found = planted(rest, (document) => chosen.forEach(([, edit]) => edit(document)))
        assert.sameMembers(
          [...found],
          chosen.flatMap(([, , expected]) => expected)
        )
      }),
      { numRuns: 10, seed: 20261026 }
    )
  })
})
