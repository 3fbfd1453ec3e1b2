// Sends events with an SDK as its documentation says, and tells how many.
const [sdk, url, writeKey, count] = process.argv.slice(2);
const total = Number(count);

async function withSegment() {
  const { Analytics } = await import("@segment/analytics-node");
  const analytics = new Analytics({ writeKey, host: url, flushAt: 100, maxRetries: 5, httpRequestTimeout: 30000 });
  for (let number = 0; number < total; number += 1) {
    analytics.track({ userId: `node-${number % 500}`, event: "Order Completed", properties: { total: number } });
    if (number % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await analytics.closeAndFlush({ timeout: 60000 });
}

async function withRudder() {
  const { default: RudderAnalytics } = await import("@rudderstack/rudder-sdk-node");
  const client = new RudderAnalytics(writeKey, { dataPlaneUrl: url, flushAt: 100, flushInterval: 200, maxQueueSize: 10 * 1024 * 1024 });
  for (let number = 0; number < total; number += 1) {
    client.track({ userId: `rudder-node-${number % 500}`, event: "Order Completed", properties: { total: number } });
    if (number % 100 === 99) await new Promise((resolve) => client.flush(() => resolve()));
  }
  await new Promise((resolve) => client.flush(() => resolve()));
}

await (sdk === "segment" ? withSegment() : withRudder());
console.log(JSON.stringify({ sent: total }));
