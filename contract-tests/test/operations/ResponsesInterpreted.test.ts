import { describe } from "@effect/vitest"
import { testResponses } from "./support/responses.ts"

describe("responses, decoded by the interpreter", { timeout: 300_000 }, () => testResponses(false))
