/**
 * Who may do what, whole: every route, every topic and every message of the live socket, and what each who asks is answered. It is written down from the
 * contract, not made from the code; rights.test.ts holds the running product to it, and fails on a route, topic or message that has no row here.
 *
 * HTTP. Two campuses: `own`, which the scope of the account names, and another. Scopes of every kind: the administrator, technician and school by site, the
 * dispatcher and handler by department, the grid worker and viewer by grid. Each row is asked with the cookie of a session, and again with an API token.
 *
 *   adm administrator · dis dispatcher · han handler · gri grid worker · tec technician · sch school · vie viewer
 *   agent, bridge: the token of an agent or a bridge as bearer
 *   whole installation: scope `all`, on a thing of the campus `own`; a school has always a site
 *   nil: 200, and not one item · –: there is no such case
 *
 * A thing out of scope is 404, as one that is not there (403 where the role may not do it to anything at all); a body that names one is 400. Several rows of
 * one route tell apart in brackets what is asked.
 */
export const http = `
                                                             nobody agent bridge | whole installation      | own campus                  | another campus
route                                                        nobody agent bridge | adm dis han gri tec vie | adm dis han gri tec sch vie | adm dis han gri tec sch vie

GET    /                                                     200    200   200    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
GET    /*                                                    200    200   200    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
GET    /health                                               200    200   200    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
GET    /metrics                                              200    200   200    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
GET    /api/openapi.json                                     200    200   200    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
GET    /api/asyncapi.json                                    200    200   200    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –

POST   /api/session                                          401    401   401    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
GET    /api/session                                          401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
DELETE /api/session                                          401    403   403    | 204 204 204 204 204 204 | 204 204 204 204 204 204 204 | –   –   –   –   –   –   –
PUT    /api/session/password                                 401    403   403    | 204 204 204 204 204 204 | 204 204 204 204 204 204 204 | –   –   –   –   –   –   –
GET    /api/tokens                                           401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
POST   /api/tokens                                           401    403   403    | 201 201 201 201 201 201 | 201 201 201 201 201 201 201 | –   –   –   –   –   –   –
DELETE /api/tokens/{id} (own, another's)                     401    403   403    | 204 204 204 204 204 204 | 204 204 204 204 204 204 204 | 404 404 404 404 404 404 404

GET    /api/accounts                                         401    403   403    | 200 403 403 403 403 403 | 403 403 403 403 403 403 403 | –   –   –   –   –   –   –
POST   /api/accounts                                         401    403   403    | 201 403 403 403 403 403 | 403 403 403 403 403 403 403 | 403 403 403 403 403 403 403
PATCH  /api/accounts/{username}                              401    403   403    | 200 403 403 403 403 403 | 403 403 403 403 403 403 403 | 403 403 403 403 403 403 403
DELETE /api/accounts/{username}                              401    403   403    | 204 403 403 403 403 403 | 403 403 403 403 403 403 403 | 403 403 403 403 403 403 403

GET    /api/devices                                          401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | nil nil nil nil nil nil nil
GET    /api/devices (looked for by a name)                   401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | nil nil nil nil nil nil nil
POST   /api/devices                                          401    403   403    | 201 403 403 403 403 403 | 403 403 403 403 403 403 403 | 403 403 403 403 403 403 403
GET    /api/devices/{id}                                     401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404
PATCH  /api/devices/{id} (position)                          401    403   403    | 200 403 403 403 200 403 | 200 403 403 403 200 403 403 | 404 403 403 403 404 403 403
PATCH  /api/devices/{id} (name)                              401    403   403    | 200 403 403 403 403 403 | 200 403 403 403 403 403 403 | 404 403 403 403 404 403 403
PATCH  /api/devices/{id} (to another campus)                 401    403   403    | 200 403 403 403 403 403 | 400 403 403 403 403 403 403 | 404 403 403 403 404 403 403
PATCH  /api/devices/{id} (to another's agent)                401    403   403    | 200 403 403 403 403 403 | 400 403 403 403 403 403 403 | 404 403 403 403 404 403 403
PATCH  /api/devices/{id} (another's address)                 401    403   403    | 409 403 403 403 409 403 | 409 403 403 403 409 403 403 | 404 403 403 403 404 403 403
GET    /api/devices/{id}/telemetry                           401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404
GET    /api/map                                              401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | nil nil nil nil nil nil nil

GET    /api/devices/{id}/commands                            401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404
POST   /api/devices/{id}/commands (an alarm post)            401    403   403    | 202 202 403 403 202 403 | 202 202 403 403 202 202 403 | 404 404 403 403 404 404 403
POST   /api/devices/{id}/commands (a camera)                 401    403   403    | 202 202 403 403 202 403 | 202 202 403 403 202 403 403 | 404 404 403 403 404 404 403
GET    /api/commands/{id}                                    401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404
GET    /api/commands/{id}/photo                              401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404
POST   /api/devices/{id}/photos                              401    201   404    | 403 403 403 403 403 403 | 403 403 403 403 403 403 403 | 403 403 403 403 403 403 403
POST   /api/devices/{id}/photos (of another's device)        401    404   404    | 403 403 403 403 403 403 | 403 403 403 403 403 403 403 | 403 403 403 403 403 403 403

GET    /api/alerts                                           401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | nil nil nil nil nil nil nil
GET    /api/alerts/{id}                                      401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404
POST   /api/alerts/{id}/ack                                  401    403   403    | 200 200 200 200 200 403 | 200 200 200 200 200 200 403 | 404 404 404 404 404 404 403
POST   /api/alerts/{id}/resolve                              401    403   403    | 200 200 403 403 403 403 | 200 200 403 403 403 200 403 | 404 404 403 403 403 404 403

GET    /api/cases                                            401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | nil nil nil nil nil nil nil
GET    /api/cases/summary                                    401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
GET    /api/cases/{id}                                       401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404
POST   /api/cases (of a device)                              401    403   403    | 201 201 201 201 201 403 | 201 201 201 201 201 201 403 | 400 400 400 400 400 400 403
POST   /api/cases (of the scope's own place)                 401    403   403    | 201 201 201 201 201 403 | 201 201 201 201 201 201 403 | 400 400 400 400 400 400 403
POST   /api/cases (of it, in another's site)                 401    403   403    | 201 201 201 201 201 403 | 201 201 201 201 201 201 403 | 400 400 400 400 400 400 403
POST   /api/cases (of it, in another's grid)                 401    403   403    | 201 201 201 201 201 403 | 201 201 201 201 201 201 403 | 400 400 400 400 400 400 403
POST   /api/cases (of it, for another's department)          401    403   403    | 201 201 201 201 201 403 | 201 201 201 201 201 201 403 | 400 400 400 400 400 400 403
POST   /api/cases (of it, at a position)                     401    403   403    | 201 201 201 201 201 403 | 201 201 201 201 201 201 403 | 400 201 201 400 400 400 403
POST   /api/cases/{id}/photos                                401    403   403    | 201 201 201 201 201 403 | 201 201 201 201 201 201 403 | 404 404 404 404 404 404 403
GET    /api/cases/{id}/photos/{photo}                        401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404
GET    /api/cases/{id}/photos/{photo} (by its own case)      401    403   403    | 404 404 404 404 404 404 | –   –   –   –   –   –   –   | 404 404 404 404 404 404 404
POST   /api/cases/{id}/actions (register)                    401    403   403    | 200 200 403 403 403 403 | 200 200 403 403 403 403 403 | 404 404 404 404 403 403 403
POST   /api/cases/{id}/actions (dispatch)                    401    403   403    | 200 200 403 403 403 403 | 200 200 403 403 403 403 403 | 404 404 404 404 403 403 403
POST   /api/cases/{id}/actions (accept)                      401    403   403    | 200 403 200 403 403 403 | 200 403 200 403 403 403 403 | 404 404 404 404 403 403 403
POST   /api/cases/{id}/actions (return)                      401    403   403    | 200 200 200 403 403 403 | 200 200 200 403 403 403 403 | 404 404 404 404 403 403 403
POST   /api/cases/{id}/actions (feedback)                    401    403   403    | 200 403 200 403 403 403 | 200 403 200 403 403 403 403 | 404 404 404 404 403 403 403
POST   /api/cases/{id}/actions (check)                       401    403   403    | 200 200 403 200 403 403 | 200 200 403 200 403 403 403 | 404 404 404 404 403 403 403
POST   /api/cases/{id}/actions (pass)                        401    403   403    | 200 200 403 200 403 403 | 200 200 403 200 403 403 403 | 404 404 404 404 403 403 403
POST   /api/cases/{id}/actions (rework)                      401    403   403    | 200 200 403 200 403 403 | 200 200 403 200 403 403 403 | 404 404 404 404 403 403 403
POST   /api/cases/{id}/actions (close)                       401    403   403    | 200 200 403 403 403 403 | 200 200 403 403 403 403 403 | 404 404 404 404 403 403 403
POST   /api/cases/{id}/actions (void)                        401    403   403    | 200 200 403 403 403 403 | 200 200 403 403 403 403 403 | 404 404 404 404 403 403 403
POST   /api/cases/{id}/actions (reopen)                      401    403   403    | 200 200 403 403 403 403 | 200 200 403 403 403 403 403 | 404 404 404 404 403 403 403
POST   /api/cases/{id}/actions (evaluate)                    401    403   403    | 200 200 403 403 403 403 | 200 200 403 403 403 403 403 | 404 404 404 404 403 403 403
POST   /api/cases/{id}/actions (note)                        401    403   403    | 200 200 200 200 403 403 | 200 200 200 200 403 403 403 | 404 404 404 404 403 403 403

GET    /api/agents                                           401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
POST   /api/agents                                           401    403   403    | 201 403 403 403 403 403 | 403 403 403 403 403 403 403 | –   –   –   –   –   –   –
POST   /api/agents/{id}/token                                401    403   403    | 201 403 403 403 403 403 | 403 403 403 403 403 403 403 | 403 403 403 403 403 403 403
DELETE /api/agents/{id}                                      401    403   403    | 204 403 403 403 403 403 | 403 403 403 403 403 403 403 | 403 403 403 403 403 403 403

GET    /api/departments                                      401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
POST   /api/departments                                      401    403   403    | 201 403 403 403 403 403 | 403 403 403 403 403 403 403 | –   –   –   –   –   –   –
GET    /api/grids                                            401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
POST   /api/grids                                            401    403   403    | 201 403 403 403 403 403 | 403 403 403 403 403 403 403 | –   –   –   –   –   –   –
GET    /api/sites                                            401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
POST   /api/sites                                            401    403   403    | 201 403 403 403 403 403 | 403 403 403 403 403 403 403 | –   –   –   –   –   –   –

GET    /api/installation                                     401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
PUT    /api/installation                                     401    403   403    | 200 403 403 403 403 403 | 403 403 403 403 403 403 403 | –   –   –   –   –   –   –
GET    /api/basemap                                          401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
PUT    /api/basemap                                          401    403   403    | 200 403 403 403 403 403 | 403 403 403 403 403 403 403 | –   –   –   –   –   –   –
GET    /api/kinds                                            401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
GET    /api/rules                                            401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
GET    /api/rules/{id}                                       401    403   403    | 200 200 200 200 200 200 | 200 200 200 200 200 200 200 | –   –   –   –   –   –   –
PUT    /api/rules/{id}                                       401    403   403    | 200 403 403 403 403 403 | 403 403 403 403 403 403 403 | –   –   –   –   –   –   –
GET    /api/parked                                           401    403   403    | 200 403 403 403 200 403 | 403 403 403 403 403 403 403 | –   –   –   –   –   –   –
GET    /api/audit                                            401    403   403    | 200 403 403 403 403 403 | 403 403 403 403 403 403 403 | –   –   –   –   –   –   –
`;

/**
 * MQTT. An agent on its own topics with its own device, and with another's device (then what it says of it is taken and parked: nothing of it is stored, and
 * nothing follows); another agent on these topics; a bridge whose devices these are not; somebody without a token.
 *
 *   taken    PUBACK, and it has its effect             parked   PUBACK, and it stands on the shelf of what is not understood
 *   closed   no PUBACK, the connection is closed       refused  not let in: CONNACK 4; a Will outside its rights: CONNACK 5
 *   granted  SUBACK                                    –        there is no such case
 */
export const mqtt = `
                                             publishes                                   | has it as its Will                  | subscribes
topic                                        itself  of another's another bridge  nobody | itself another bridge nobody        | itself  another bridge  nobody

gw/v1/{agent}/{device}/telemetry             taken   parked       closed  closed  refused | taken refused refused refused      | closed  closed  closed  refused
gw/v1/{agent}/telemetry                      taken   parked       closed  closed  refused | taken refused refused refused      | closed  closed  closed  refused
gw/v1/{agent}/{device}/event                 taken   parked       closed  closed  refused | taken refused refused refused      | closed  closed  closed  refused
gw/v1/{agent}/{device}/reply                 taken   parked       closed  closed  refused | taken refused refused refused      | closed  closed  closed  refused
gw/v1/{agent}/state                          taken   –            closed  closed  refused | taken refused refused refused      | closed  closed  closed  refused
gw/v1/{agent}/{device}/command               closed  closed       closed  closed  refused | refused refused refused refused    | granted closed  closed  refused
gw/v1/{agent}/+/command                      closed  –            closed  closed  refused | refused refused refused refused    | granted closed  closed  refused
gw/v1/{agent}/flow                           closed  –            closed  closed  refused | refused refused refused refused    | granted closed  closed  refused
application/+/device/+/event/+               closed  –            closed  parked  refused | refused refused taken refused      | closed  closed  closed  refused
application/+/device/+/command/+             closed  –            closed  closed  refused | refused refused refused refused    | closed  closed  granted refused
gw/v1/{agent}/#                              closed  –            closed  closed  refused | refused refused refused refused    | closed  closed  closed  refused
gw/v1/+/+/command                            closed  –            closed  closed  refused | refused refused refused refused    | closed  closed  closed  refused
$share/all/gw/v1/{agent}/+/command           closed  –            closed  closed  refused | refused refused refused refused    | closed  closed  closed  refused
$SYS/#                                       closed  –            closed  closed  refused | refused refused refused refused    | closed  closed  closed  refused
#                                            closed  –            closed  closed  refused | refused refused refused refused    | closed  closed  closed  refused
`;

/**
 * The live socket, by the same accounts. Of the own campus and of another: whether what happens there is told, or what is asked for is given.
 *
 *   told    the message comes, or the asking is granted   silent  nothing of it ever comes   cut  the connection is refused
 */
export const live = `
                        nobody agent bridge | whole installation               | own campus                          | another campus
message                 nobody agent bridge | adm  dis  han  gri  tec  vie     | adm  dis  han  gri  tec  sch  vie   | adm    dis    han    gri    tec    sch    vie

snapshot                cut    cut   cut    | told told told told told told    | told told told told told told told  | silent silent silent silent silent silent silent
delta (an alert)        cut    cut   cut    | told told told told told told    | told told told told told told told  | silent silent silent silent silent silent silent
delta (a case)          cut    cut   cut    | told told told told told told    | told told told told told told told  | silent silent silent silent silent silent silent
delta (a device)        cut    cut   cut    | told told told told told told    | told told told told told told told  | silent silent silent silent silent silent silent
watch                   cut    cut   cut    | told told told told told told    | told told told told told told told  | silent silent silent silent silent silent silent
reading                 cut    cut   cut    | told told told told told told    | told told told told told told told  | silent silent silent silent silent silent silent
resume                  cut    cut   cut    | told told told told told told    | told told told told told told told  | silent silent silent silent silent silent silent
`;

/** A row of a table: its label, and its cells in the blocks that `|` sets apart. */
export interface Row {
  label: string;
  blocks: string[][];
}

/** The rows behind the two lines of the head; two spaces end the label. */
export const rowsOf = (table: string): Row[] =>
  table
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(2)
    .map((line) => {
      const [label = '', ...cells] = line.replace(/^([A-Z]+) +/, '$1 ').split(/\s{2,}/);
      return {
        label,
        blocks: cells
          .join(' ')
          .split('|')
          .map((block) => block.trim().split(/\s+/)),
      };
    });
