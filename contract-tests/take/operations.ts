/**
 * Prints how the client's operations differ from the reference document: one difference per line, with its place in
 * the sources. Runs in its own process, because it loads the newly generated code.
 *
 * @module
 */
import { readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import * as ClientOperations from "../src/operations/ClientOperations.ts"
import * as Descriptors from "../src/operations/Descriptors.ts"
import { isArray, isObject, reachable, resolver, type Json } from "../src/judge/JsonSchema.ts"
import * as Working from "../src/targets/Working.ts"
import type { World } from "../src/targets/World.ts"
import { document, inputs, modules, sourceOf } from "../test/operations/support/client.ts"

const root = join(import.meta.dirname, "../..")
const checks = [...Descriptors.checks(document), Descriptors.deprecated(document, sourceOf, inputs)]

for (const { at, check, expected, got, operation } of Descriptors.findings(ClientOperations.all, document, checks)) {
  const client = ClientOperations.all.find(({ descriptor }) => descriptor.operationId === operation)
  const url = client === undefined ? undefined : modules.get(client.module)
  const file = url === undefined ? "" : fileURLToPath(url)
  const line =
    client === undefined
      ? 0
      : sourceOf(client.module)
          .slice(0, sourceOf(client.module).indexOf(`"${operation}"`))
          .split("\n").length
  const reference = document.operation(operation)
  const where =
    client === undefined
      ? `packages/client/src/rest (${reference?.method} ${reference?.path})`
      : `${relative(root, file)}:${line}`
  console.log(`${where}: ${operation} ${check}${at === "" ? "" : ` ${at}`}: expected ${expected}, got ${got}`)
}

/** Lists the names of the fields at any depth. */
const fields = (input: Json): ReadonlyArray<string> =>
  isArray(input)
    ? input.flatMap(fields)
    : isObject(input)
      ? Object.entries(input).flatMap(([name, value]) => [name, ...fields(value)])
      : []

const seededBatch = { batchId: "1", childIds: ["1", "2"], batchQuoteId: "1" }

const world: World = {
  signer: { accountId: "1" } as never, // Inputs use only the account's id.
  bystander: undefined as never, // No input uses the bystander.
  taker: { accountId: "2" } as never, // Inputs use only the account's id.
  ticker: "T",
  settledTicker: "T",
  archivedTicker: "T",
  eventTicker: "T",
  seriesTicker: "T",
  orderIds: ["1", "2"],
  clientOrderId: "1",
  groupId: "1",
  transferId: "1",
  spareKeyId: "1",
  rfqId: "1",
  quoteId: "1",
  awayRfqId: "1",
  ownQuoteId: "1",
  acceptedQuoteId: "1",
  milestoneId: "1",
  targetId: "1",
  blockTradeId: "1",
  batches: { comboTickers: ["T", "U"], own: seededBatch, away: seededBatch, accepted: seededBatch },
  collectionTicker: "T",
  awayEventTicker: "T",
  awayTicker: "T",
  comboEventTicker: "T",
  fcmMember: undefined as never, // No input uses the member.
  subtraderId: "1",
  subtraderOrderId: "1",
  errorSubtraderId: "1",
  seededSeconds: 0
}

// `Working.ts` contains inputs that the local exchange must accept.
const workingFile = "contract-tests/src/targets/Working.ts"
const lines = readFileSync(join(root, workingFile), "utf8").split("\n")
for (const id of Working.operationIds) {
  const start = lines.findIndex((line) => line.startsWith(`  ${id}: `))
  const reference = document.operation(id)
  if (reference === undefined) {
    console.log(`${workingFile}:${start + 1}: the document has no operation ${id}`)
    continue
  }
  const { parameters, requestBody } = reference
  const declared = new Set([
    ...parameters.map(({ name }) => name),
    ...(requestBody === undefined ? [] : reachable(requestBody.schema, resolver(document.document))).flatMap(
      ({ schema }) => (typeof schema === "boolean" ? [] : Object.keys(schema.properties ?? {}))
    )
  ])
  for (const name of new Set(Working.working(world, id, []).flatMap(fields))) {
    if (declared.has(name)) continue
    const line = lines.findIndex((line, index) => index >= start && new RegExp(`\\b${name}\\b`).test(line))
    console.log(
      `${workingFile}:${Math.max(line, start) + 1}: ${id} sends ${name}, but the document no longer declares this field`
    )
  }
}
