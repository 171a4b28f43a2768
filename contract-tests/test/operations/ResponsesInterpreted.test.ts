import { describe } from "@effect/vitest"
import { laws } from "./support/responses.ts"

describe("responses, decoded without making code", { timeout: 60_000 }, () => laws(false))
