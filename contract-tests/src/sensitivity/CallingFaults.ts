/** Faults around a call: the transport, capabilities, dry runs. */
import { faultsOf, type Fault } from "./Fault.ts"

const transport = faultsOf("packages/client/src/internal/transport.ts", "packages/client/test/Transport.test.ts")
const pipeline = faultsOf("packages/client/src/internal/pipeline.ts", "packages/client/test/Kalshi.test.ts")

/** Every one of them. */
export const callingFaults: ReadonlyArray<Fault> = [
  transport("follows redirects", undefined, 'redirect: "manual"', 'redirect: "follow"'),
  transport("lets its HTTP client send twice", undefined, "if (++sends > 1) throw secondSendMark", "++sends"),
  transport("reads a body of any size", undefined, "return size > maxBodyBytes ?", "return false ?"),
  transport(
    "believes a length that is too large",
    undefined,
    "if (stated > maxBodyBytes) return readStream(response, 0, maxBodyBytes)",
    ""
  ),
  transport("writes every chunk over the one before", undefined, "    offset += chunk.length\n", ""),
  transport(
    "tells the exchange of the trace",
    undefined,
    "HttpClient.TracerPropagationEnabled, false",
    "HttpClient.TracerPropagationEnabled, true"
  ),
  transport("says of two addresses that one of them failed", undefined, "errors.every((one)", "errors.some((one)"),
  pipeline("writes through a layer that only reads", undefined, 'if (writes === "refused") {', "if (false) {"),
  pipeline(
    "sends what needs a key without one",
    undefined,
    'if (descriptor.auth === "required" && signer === undefined) {',
    "if (false) {"
  ),
  pipeline("sends the writes of a dry run", undefined, 'return writes === "sent"\n', 'return writes !== "refused"\n', {
    seenBy: "packages/client/test/DryRun.test.ts"
  }),
  pipeline("signs anew twice for the same clock", undefined, "        call.timestampMended = true\n", "", {
    seenBy: "packages/client/test/ClockSkew.test.ts"
  })
]
