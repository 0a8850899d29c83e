// The JavaScript client `@xapi/xapi` against a running server: node smoke.cjs URL KEY SECRET
const assert = require("node:assert");
const { randomUUID } = require("node:crypto");
const imported = require("@xapi/xapi");
const XAPI = imported.default ?? imported;

const [endpoint, key, secret] = process.argv.slice(2);
const auth = XAPI.toBasicAuth(key, secret);
const agent = { objectType: "Agent", name: "Ada Kaya", mbox: "mailto:ada@example.org" };
const activity = { objectType: "Activity", id: `https://example.org/activities/${randomUUID()}` };
const statement = (verb) => ({ actor: agent, verb: { id: `https://example.org/verbs/${verb}` }, object: activity });

async function statements(xapi) {
  const verb = randomUUID();
  const [id] = (await xapi.sendStatement({ statement: statement(verb) })).data;
  assert.equal((await xapi.getStatement({ statementId: id })).data.verb.id, `https://example.org/verbs/${verb}`);
  await xapi.sendStatements({ statements: [1, 2, 3, 4].map(() => statement(verb)) });
  let page = (await xapi.getStatements({ verb: `https://example.org/verbs/${verb}`, limit: 2 })).data;
  let seen = page.statements.length;
  while (page.more) {
    page = (await xapi.getMoreStatements({ more: page.more })).data;
    seen += page.statements.length;
  }
  assert.equal(seen, 5);
  await xapi.voidStatement({ actor: agent, statementId: id });
  await assert.rejects(xapi.getStatement({ statementId: id }));
  assert.equal((await xapi.getVoidedStatement({ voidedStatementId: id })).data.id, id);
}

async function documents(xapi) {
  const state = { agent, activityId: activity.id, stateId: randomUUID() };
  await xapi.createState({ ...state, state: { page: 1 } });
  assert.deepEqual((await xapi.getState(state)).data, { page: 1 });
  assert.deepEqual((await xapi.getStates({ agent, activityId: activity.id })).data, [state.stateId]);
  await xapi.deleteState(state);
  const profile = { agent, profileId: randomUUID() };
  await xapi.setAgentProfile({ ...profile, profile: { theme: "dark" }, etag: "*", matchHeader: "If-None-Match" });
  assert.deepEqual((await xapi.getAgentProfile(profile)).data, { theme: "dark" });
  assert.equal((await xapi.getAgent({ agent })).data.objectType, "Person");
  assert.equal((await xapi.getActivity({ activityId: activity.id })).data.id, activity.id);
}

(async () => {
  for (const version of ["1.0.3", "2.0.0"]) {
    const xapi = new XAPI({ endpoint, auth, version });
    assert.ok((await xapi.getAbout()).data.version.includes(version));
    await statements(xapi);
    await documents(xapi);
    console.log(`@xapi/xapi ${version}: ok`);
  }
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
