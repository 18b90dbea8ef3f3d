/** A tab of GraphiQL as it opens for the first time. */
export interface GraphiqlTab {
  readonly query: string;
}

/** Email and password stand in the query itself: GraphiQL does not fill in the variables of its first tab. */
const signIn = (
  email: string,
  password: string,
) => `# 1. Sign in: press the play button${password === '' ? ' once the password is filled in' : ''}.
#
# This page then sends the access token that it got with everything
# from every tab, over HTTP and WebSocket, until you close it or the
# token expires (then press play here again). To act as somebody
# else, write a header into the tab "Headers":
# { "authorization": "Bearer <accessToken>" }
mutation SignIn {
  login(email: ${JSON.stringify(email)}, password: ${JSON.stringify(password)}) {
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
  const { email, password } = firstUser ?? { email: '', password: '' };
  return [{ query: signIn(email, password) }, { query: FIRST_LOOK }, { query: LIVE_ALERTS }];
}
