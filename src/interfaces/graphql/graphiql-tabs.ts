/** A tab of GraphiQL as it opens for the first time. */
export interface GraphiqlTab {
  readonly query: string;
  readonly variables?: string;
  readonly headers?: string;
}

const SIGN_IN = `# 1. Sign in: fill in the variables below and press the play button.
#
# This page then sends the access token that it got with everything from every tab, over HTTP and over the WebSocket,
# until you close it or the token expires (then press play here again). To act as somebody else, or with a token from
# elsewhere, write a header into the tab "Headers": { "authorization": "Bearer <accessToken>" }.
mutation SignIn($email: String!, $password: String!) {
  login(email: $email, password: $password) {
    accessToken
    accessTokenExpiresAt
    user {
      name
      role
    }
  }
}
`;

const FIRST_LOOK = `# 2. A first look. Sign in first (first tab).
query FirstLook {
  me {
    name
    role
  }
  tickets(first: 5) {
    totalCount
    nodes {
      reference
      title
      status
      client {
        name
        tier
      }
      sla {
        state
        dueAt
        remainingSeconds
      }
    }
  }
}
`;

const LIVE_ALERTS = `# 3. Live: press play and leave it running. Alerts appear as promises are about to break and as they break.
# Sign in first (first tab). Without a signed-in user the socket closes with 4401.
subscription LiveAlerts {
  slaAlerts {
    kind
    tier
    dueAt
    detectedAt
    escalationLevel
    ticket {
      reference
      title
      status
    }
  }
}
`;

/** What GraphiQL shows at first: sign in, a query, a subscription. `firstUser` fills in the sign-in, for local use. */
export function graphiqlTabs(
  firstUser: { readonly email: string; readonly password: string } | null,
): readonly GraphiqlTab[] {
  const variables = JSON.stringify(firstUser ?? { email: '', password: '' }, null, 2);
  return [{ query: SIGN_IN, variables }, { query: FIRST_LOOK }, { query: LIVE_ALERTS }];
}
