/**
 * Checks the client's descriptors of operations (method, path, parameters, statuses) against the document, field by
 * field.
 *
 * **Details**
 *
 * Each check is a separate function. It returns an array of findings, which is empty if the descriptor agrees with the
 * document. `Requests.ts` and `Answers.ts` check the schemas by their behavior.
 *
 * @module
 */
import type { Parameter } from "@kalshi-effect/client/Operation"
import type * as ReferenceDocument from "../reference/ReferenceDocument.ts"
import type { ClientOperation } from "./ClientOperations.ts"
import { signingOf } from "./Signing.ts"

export type Check =
  | "access"
  | "auth"
  | "body"
  | "deprecated"
  | "errors"
  | "extra-operation"
  | "method"
  | "missing-operation"
  | "name"
  | "pages"
  | "parameter"
  | "path"
  | "payload"
  | "repeated-operation"
  | "success"

export interface Finding {
  readonly check: Check
  /** The operation's id. */
  readonly operation: string
  /** The exact subject, such as a parameter. Empty if the finding is about the operation itself. */
  readonly at: string
  readonly expected: string
  readonly got: string
}

export type DescriptorCheck = (
  client: ClientOperation,
  reference: ReferenceDocument.Operation
) => ReadonlyArray<Finding>

/** The statuses that an operation must list in its `errors` if the document declares them, and their error classes. */
export const declaredErrors: ReadonlyMap<number, string> = /*#__PURE__*/ new Map([
  [400, "BadRequest"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "NotFound"],
  [409, "Conflict"]
])

/** The statuses that every operation can return, and their error classes. */
export const commonErrors: ReadonlyMap<number, string> = /*#__PURE__*/ new Map([
  [429, "TooManyRequests"],
  [500, "InternalServerError"],
  [502, "BadGateway"],
  [503, "ServiceUnavailable"],
  [504, "GatewayTimeout"]
])

/** The schema of error bodies without a payload. */
const errorBody = "#/components/schemas/ErrorBody"

/** Returns the errors whose bodies have separate schemas. The client exposes such a body as a payload. */
export const payloads = ({ errors }: ReferenceDocument.Operation): ReadonlyArray<ReferenceDocument.Response> =>
  errors.filter(({ schema }) => schema !== undefined && schema.$ref !== errorBody)

const compare = (
  check: Check,
  { id }: ReferenceDocument.Operation,
  at: string,
  expected: unknown,
  got: unknown
): ReadonlyArray<Finding> =>
  JSON.stringify(expected) === JSON.stringify(got)
    ? []
    : [{ check, operation: id, at, expected: show(expected), got: show(got) }]

const show = (value: unknown): string =>
  value === undefined ? "nothing" : typeof value === "string" ? value : JSON.stringify(value)

/** The client has every operation of the document exactly once, and no other operations. */
export const presence = (
  clients: ReadonlyArray<ClientOperation>,
  document: ReferenceDocument.ReferenceDocument
): ReadonlyArray<Finding> => {
  const byId = new Map<string, ReadonlyArray<string>>()
  for (const { descriptor, name } of clients) {
    byId.set(descriptor.operationId, [...(byId.get(descriptor.operationId) ?? []), name])
  }
  const finding = (check: Check, operation: string, expected: string, got: string): ReadonlyArray<Finding> => [
    { check, operation, at: "", expected, got }
  ]
  return [
    ...document.operations.flatMap(({ id }) => {
      const names = byId.get(id) ?? []
      return names.length === 0
        ? finding("missing-operation", id, "a function", "nothing")
        : names.length > 1
          ? finding("repeated-operation", id, "one function", names.join(", "))
          : []
    }),
    ...[...byId].flatMap(([id, names]) =>
      document.operation(id) === undefined ? finding("extra-operation", id, "nothing", names.join(", ")) : []
    )
  ]
}

/** The descriptor has the name of the exported function, such as `Orders.create`. */
export const name: DescriptorCheck = (client, reference) =>
  compare("name", reference, "", client.name, client.descriptor.name)

export const method: DescriptorCheck = ({ descriptor }, reference) =>
  compare("method", reference, "", reference.method, descriptor.method)

export const path: DescriptorCheck = ({ descriptor }, reference) =>
  compare("path", reference, "", reference.path, descriptor.path)

interface Facts {
  readonly in: string
  readonly required: boolean
  readonly style: Parameter["style"]
}

/**
 * The client has exactly the parameters of the document, with the locations, list formats and required flags of the
 * document.
 */
export const parameters =
  (document: ReferenceDocument.ReferenceDocument): DescriptorCheck =>
  ({ descriptor }, reference) => {
    const expected = new Map<string, Facts>(
      reference.parameters.map(({ explode, in: place, name, required, schema }) => [
        name,
        {
          in: place,
          required,
          style: document.deref(schema).type !== "array" ? "single" : explode ? "repeated" : "comma"
        }
      ])
    )
    const got = new Map<string, Facts>()
    const repeated: Array<string> = []
    for (const [place, group] of [
      ["path", descriptor.pathParameters],
      ["query", descriptor.query]
    ] as const) {
      for (const [key, { required, style }] of Object.entries(group)) {
        if (got.has(key)) repeated.push(key)
        got.set(key, { in: place, required, style })
      }
    }
    return [
      ...[...new Set([...expected.keys(), ...got.keys()])].flatMap((key) =>
        compare("parameter", reference, key, expected.get(key), got.get(key))
      ),
      ...repeated.flatMap((key) => compare("parameter", reference, key, "one place", "path and query"))
    ]
  }

/**
 * An optional request body without members has no effect. For such an operation, the client declares no body and sends
 * `{}`, which is valid.
 */
export const body =
  (document: ReferenceDocument.ReferenceDocument): DescriptorCheck =>
  ({ descriptor }, reference) => {
    const { requestBody } = reference
    const isEmpty =
      requestBody === undefined ||
      (!requestBody.required && Object.keys(document.deref(requestBody.schema).properties ?? {}).length === 0)
    return compare(
      "body",
      reference,
      "",
      isEmpty ? "none" : "a body",
      descriptor.body === undefined ? "none" : "a body"
    )
  }

export const success: DescriptorCheck = ({ descriptor }, reference) =>
  compare(
    "success",
    reference,
    "",
    { status: reference.success.status, body: reference.success.schema !== undefined },
    { status: descriptor.success.status, body: descriptor.success.body !== undefined }
  )

const ascending = (statuses: Iterable<number>): ReadonlyArray<number> => [...statuses].sort((a, b) => a - b)

/** A descriptor lists a common error only if this error has a payload. */
export const errors: DescriptorCheck = ({ descriptor }, reference) => {
  const listed = descriptor.errors.map((error) => ("payload" in error ? error.error.status : error.status))
  const bare = descriptor.errors.flatMap((error) => ("payload" in error ? [] : [error.status]))
  return [
    ...compare(
      "errors",
      reference,
      "",
      reference.errors.map(({ status }) => status).filter((status) => declaredErrors.has(status)),
      ascending(bare)
    ),
    ...listed.flatMap((status, index) =>
      listed.indexOf(status) === index ? [] : compare("errors", reference, String(status), "once", "twice")
    ),
    // A status in neither table has no error class.
    ...reference.errors.flatMap(({ status }) =>
      declaredErrors.has(status) || commonErrors.has(status)
        ? []
        : compare("errors", reference, String(status), "a class", "none")
    )
  ]
}

/** An error has a payload exactly if the document declares a separate schema for its body. */
export const payload: DescriptorCheck = ({ descriptor }, reference) =>
  compare(
    "payload",
    reference,
    "",
    payloads(reference).map(({ status }) => status),
    ascending(descriptor.errors.flatMap((error) => ("payload" in error ? [error.error.status] : [])))
  )

const authBySigning = { always: "required", never: "none", withKey: "optional" } as const

/** The descriptor's `auth` follows from the security of the document: see `Signing.ts`. */
export const auth: DescriptorCheck = ({ descriptor }, reference) =>
  compare("auth", reference, "", authBySigning[signingOf(reference)], descriptor.auth)

/** The operation requires the smallest sufficient capability. */
export const access: DescriptorCheck = ({ descriptor }, reference) => {
  const isPublic = reference.security.length === 0
  const expected = isPublic ? "public" : reference.method === "GET" ? "read" : "write"
  return compare("access", reference, "", expected, descriptor.access)
}

/**
 * Returns the cursor and the lists of a paginated operation. Undefined if the operation has no cursor parameter or no
 * response body.
 */
export const paging = (
  document: ReferenceDocument.ReferenceDocument,
  { parameters, success }: ReferenceDocument.Operation
): { readonly cursor: string | undefined; readonly lists: ReadonlyArray<string> } | undefined => {
  if (success.schema === undefined || !parameters.some((parameter) => parameter.name === "cursor")) return undefined
  const fields = Object.entries(document.deref(success.schema).properties ?? {})
  return {
    cursor: fields.map(([key]) => key).find((key) => key === "cursor" || key === "next_cursor"),
    lists: fields.flatMap(([key, schema]) => {
      const { type } = document.deref(schema)
      return type === "array" || (Array.isArray(type) && type.includes("array")) ? [key] : []
    })
  }
}

/** Exactly the operations with a cursor parameter are paginated. */
export const pages =
  (document: ReferenceDocument.ReferenceDocument): DescriptorCheck =>
  ({ descriptor: { pages: got } }, reference) =>
    compare(
      "pages",
      reference,
      "",
      paging(document, reference),
      got === undefined ? undefined : { cursor: got.cursor, lists: [...got.lists].sort() }
    )

/** Returns the doc block of an export of the form `export const name` or `local as name`. */
const docBlock = (source: string, exported: string): string | undefined => {
  const found = [...source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:export const (\w+)\b|\w+ as (\w+)\b)/g)].find(
    (match) => match[2] === exported || match[3] === exported
  )
  return found?.[1]
}

/** Returns the source of the members of an interface. Empty if the interface does not exist. */
const membersOf = (source: string, name: string): string =>
  new RegExp(`^export interface ${name} \\{\\n([\\s\\S]*?)^\\}`, "m").exec(source)?.[1] ?? ""

/** Returns the doc block of a field. Undefined if the field does not exist. */
const fieldBlock = (members: string, field: string): string | undefined => {
  const fields = members.matchAll(/(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/)?\s*readonly (\w+)\??:/g)
  const found = [...fields].find(([, , name]) => name === field)
  return found === undefined ? undefined : (found[1] ?? "")
}

const isMarkedDeprecated = (block: string | undefined): boolean =>
  block !== undefined && /^[\s*]*@deprecated\b/m.test(block)

/**
 * The source marks an operation or an input as deprecated exactly if the document deprecates it.
 *
 * @param sourceOf Returns the TypeScript source of a module by name.
 * @param inputs The TypeScript source of the input interfaces.
 */
export const deprecated =
  (
    document: ReferenceDocument.ReferenceDocument,
    sourceOf: (module: string) => string,
    inputs: string
  ): DescriptorCheck =>
  (client, reference) => {
    const fieldsOfInput = membersOf(inputs, `${reference.id}Input`)
    const source = sourceOf(client.module)
    const deprecationLabel = (is: boolean): string => (is ? "@deprecated" : "not deprecated")
    const members = reference.requestBody === undefined ? {} : document.deref(reference.requestBody.schema).properties
    const fields: ReadonlyArray<readonly [string, boolean]> = [
      ...reference.parameters.map(({ deprecated, name }) => [name, deprecated] as const),
      ...Object.entries(members ?? {}).map(([key, schema]) => [key, schema.deprecated === true] as const)
    ]
    return [
      ...compare(
        "deprecated",
        reference,
        "",
        deprecationLabel(reference.deprecated),
        deprecationLabel(isMarkedDeprecated(docBlock(source, client.export)))
      ),
      ...fields.flatMap(([key, is]) => {
        const block = fieldBlock(fieldsOfInput, key)
        const got = block === undefined ? "no such input" : deprecationLabel(isMarkedDeprecated(block))
        return compare("deprecated", reference, key, deprecationLabel(is), got)
      })
    ]
  }

/** Returns the checks that do not need the source code. */
export const checks = (document: ReferenceDocument.ReferenceDocument): ReadonlyArray<DescriptorCheck> => [
  name,
  method,
  path,
  parameters(document),
  body(document),
  success,
  errors,
  payload,
  auth,
  access,
  pages(document)
]

export const findings = (
  clients: ReadonlyArray<ClientOperation>,
  document: ReferenceDocument.ReferenceDocument,
  which: ReadonlyArray<DescriptorCheck> = checks(document)
): ReadonlyArray<Finding> => [
  ...presence(clients, document),
  ...clients.flatMap((client) => {
    const reference = document.operation(client.descriptor.operationId)
    return reference === undefined ? [] : which.flatMap((check) => check(client, reference))
  })
]
