/** A minimal server in another process. It responds to every read with constant data, and states a large token budget. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

const facts = JSON.stringify({
  grants: [],
  usage_tier: "bench",
  read: { bucket_capacity: 1e9, refill_rate: 1e9 },
  write: { bucket_capacity: 1e9, refill_rate: 1e9 }
})
const costs = JSON.stringify({ default_cost: 10, endpoint_costs: [] })
const group = JSON.stringify({ is_auto_cancel_enabled: false, orders: ["a", "b"], contracts_limit_fp: "10.00" })

const server = createServer((request, response) => {
  request.resume()
  const body = request.url?.endsWith("/account/limits")
    ? facts
    : request.url?.endsWith("/account/endpoint_costs")
      ? costs
      : group
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
  response.end(body)
})
server.listen(0, "127.0.0.1", 4096, () => {
  const { port } = server.address() as AddressInfo // the address of a TCP server
  process.send?.(port)
})
process.on("disconnect", () => process.exit())
