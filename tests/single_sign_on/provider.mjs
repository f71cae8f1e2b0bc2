// A real OpenID provider for the tests: node provider.mjs LIBRARY CONFIGURATION; prints its address once it listens.
import { createServer } from "node:http";

const [library, configuration] = process.argv.slice(2);
const { Provider } = await import(library);
const { client, key, people } = JSON.parse(configuration);

const server = createServer((request, answer) => serve(request, answer));
let serve = (_request, answer) => answer.writeHead(503).end();

server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [client],
    jwks: { keys: [key] },
    cookies: { keys: ["only for tests"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
    features: { devInteractions: { enabled: true } },
  });
  serve = provider.callback();
  console.log(issuer);
});
