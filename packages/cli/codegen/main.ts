/**
 * Writes `src/call/generated/catalog.ts` from the operations of the client. Run it after a change of the client's
 * operations or of their docs.
 *
 * @module
 */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { catalogSource } from "./catalog.ts"

writeFileSync(fileURLToPath(new URL("../src/call/generated/catalog.ts", import.meta.url)), await catalogSource())
