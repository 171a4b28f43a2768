/** The statuses that a test tries. */
import { document } from "./client.ts"

/** Whether the test runs under `pnpm test:full`. */
export const isFull = process.env["TEST_MODE"] === "full"

const every = Array.from({ length: 500 }, (_, index) => 100 + index)

const declared = new Set(document.operations.flatMap(({ responses }) => [...responses.keys()]))

/**
 * The statuses to try with the operation at an index: every status that the document declares for any operation, and one
 * in `step` of the others, so that each status is tried with some operations. Under `pnpm test:full`: every status.
 */
export const statusesFor = (index: number, step: number): ReadonlyArray<number> =>
  isFull ? every : every.filter((status) => declared.has(status) || status % step === index % step)
