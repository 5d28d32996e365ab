/** The tables of desk.db, a few interfaces a file in `tables/`; each belongs to the store that bears its name. */
import type { AccountTable, AuditTable, SessionTable, TokenTable } from './tables/accounts.ts';
import type { CaseAlertTable, CaseDepartmentTable, CaseNumberTable, CaseTable } from './tables/cases.ts';
import type { CommandTable } from './tables/commands.ts';
import type { LiveVersionTable } from './tables/live.ts';
import type { OutboxTable } from './tables/outbox.ts';
import type { AgentTable, DepartmentTable, DeviceAddressTable, DeviceTable, DocumentTable, GridTable, RuleTable, SiteTable } from './tables/register.ts';

export interface DeskTables {
  outbox: OutboxTable;
  audit: AuditTable;
  accounts: AccountTable;
  sessions: SessionTable;
  tokens: TokenTable;
  devices: DeviceTable;
  device_addresses: DeviceAddressTable;
  agents: AgentTable;
  departments: DepartmentTable;
  grids: GridTable;
  sites: SiteTable;
  documents: DocumentTable;
  rules: RuleTable;
  cases: CaseTable;
  case_departments: CaseDepartmentTable;
  case_alerts: CaseAlertTable;
  case_numbers: CaseNumberTable;
  commands: CommandTable;
  live_versions: LiveVersionTable;
}
