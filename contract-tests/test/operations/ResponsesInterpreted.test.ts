import { describe } from "@effect/vitest"
import { testResponses } from "./support/responses.ts"

describe("responses, decoded without generated code", { timeout: 300_000 }, () => testResponses(false))
