// A certified OpenID provider for the tests, with three clients: one for each kind of signature.
// Every login name is somebody; it says what is told about them. Argument: a folder with
// node_modules. Environment: REDIRECT_URI, and NOW, the second at which its clock begins.
import { createServer } from 'node:http';
import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { pathToFileURL } from 'node:url';

globalThis.crypto ??= webcrypto;
const RealDate = Date;
const shift = Number(process.env.NOW) * 1000 - RealDate.now();
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length ? parts : [RealDate.now() + shift]));
  }
  static now() {
    return RealDate.now() + shift;
  }
};

const { default: Provider } = await import(pathToFileURL(`${process.argv[2]}/node_modules/oidc-provider/lib/index.js`));

const key = (alg, ...kind) => ({ ...generateKeyPairSync(...kind).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg });
const client = (alg, method) => ({
  client_id: `helpdesk-${alg}`,
  client_secret: `secret & of ${alg}`,
  redirect_uris: [process.env.REDIRECT_URI],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: method,
  id_token_signed_response_alg: alg,
});

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [client('RS256', 'client_secret_basic'), client('ES256', 'client_secret_basic'), client('EdDSA', 'client_secret_basic')],
    jwks: {
      keys: [
        key('RS256', 'rsa', { modulusLength: 2048 }),
        key('ES256', 'ec', { namedCurve: 'P-256' }),
        key('EdDSA', 'ed25519'),
      ],
    },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['of the tests'] },
    pkce: { required: () => true },
    ttl: { Session: 3600, Interaction: 600, Grant: 3600, AccessToken: 600, IdToken: 600 },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: id.includes('@') ? id : `${id}@corp.example`,
        email_verified: !id.startsWith('unverified'),
        name: `Name of ${id}`,
      }),
    }),
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
