// Catalogue: tabs, toolbar, the contacts table with its bulk bar and pager, loading rows, empty states.
import { Who } from "../ui/avatar.tsx";
import { BulkBar, BulkButton } from "../ui/bulk-bar.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Menu, MenuButton, MenuLink, MoreButton } from "../ui/menu.tsx";
import { Moment, MomentOrNever } from "../ui/moment.tsx";
import { Search } from "../ui/search.tsx";
import { LoadBar, Skeleton } from "../ui/skeleton.tsx";
import { type ContactState, ContactStatus } from "../ui/status.tsx";
import { ActionsHead, Pager, SelectAllCell, SelectCell, SortHead, Table } from "../ui/table.tsx";
import { Tabs } from "../ui/tabs.tsx";

const now = new Date("2026-11-23T12:00:00Z");
type Sample = {
  id: string;
  name: string;
  email: string;
  company: string;
  state: ContactState;
  invited?: string;
  seen?: string;
  action: string;
};
const people: readonly Sample[] = [
  {
    id: "c1",
    name: "Maya Okafor",
    email: "maya@brightwater.example",
    company: "Brightwater Foods",
    state: "joined",
    invited: "2026-11-03T10:31:00Z",
    seen: "2026-11-23T09:12:00Z",
    action: "Login email",
  },
  {
    id: "c2",
    name: "Tomás Herrera",
    email: "tomas.herrera@solidago.example",
    company: "Solidago Landscapes",
    state: "invited",
    invited: "2026-11-20T08:00:00Z",
    action: "Resend invite",
  },
  {
    id: "c4",
    name: "Priya Raghunathan",
    email: "priya.raghunathan@kestrelworks.example",
    company: "Kestrel Works",
    state: "not-invited",
    action: "Invite",
  },
  {
    id: "c8",
    name: "Ewan MacAskill",
    email: "ewan@stormcastle.example",
    company: "Storm Castle",
    state: "revoked",
    invited: "2025-06-12T08:00:00Z",
    seen: "2026-11-22T16:40:00Z",
    action: "Restore access",
  },
];

const date = (text: string | undefined) => (text ? new Date(text) : undefined);

function Head() {
  return (
    <>
      <SelectAllCell />
      <SortHead label="Contact" href="#table" class="cell-who" />
      <SortHead label="Company" href="#table" class="cell-company" />
      <SortHead label="Status" href="#table" />
      <SortHead label="Invited" href="#table" class="cell-invited" direction="descending" />
      <SortHead label="Last sign-in" href="#table" direction="ascending" />
      <ActionsHead />
    </>
  );
}

function Actions({ id, name, action }: Sample) {
  return (
    <td class="cell-actions">
      <div class="row">
        <Button small class="act" about={name}>
          {action}
        </Button>
        <MoreButton menu={`menu-${id}`} label={`More actions for ${name}`} />
        <Menu id={`menu-${id}`} label={`Actions for ${name}`}>
          <MenuLink href="#table" icon="user">
            Open contact
          </MenuLink>
          <MenuButton icon="ban" danger>
            Revoke access
          </MenuButton>
        </Menu>
      </div>
    </td>
  );
}

function Contact(sample: Sample) {
  const { id, name, email, company, state, invited, seen } = sample;
  return (
    <tr id={`contact-${id}`}>
      <SelectCell value={id} label={`Select ${name}`} form="sample-bulk" />
      <td class="cell-who">
        <Who name={name} detail={email} href="#table" />
      </td>
      <td class="cell-company dim">{company}</td>
      <td class="cell-status">
        <ContactStatus state={state} />
      </td>
      <td class="cell-seen cell-invited dim">
        <MomentOrNever at={date(invited)} now={now} precision="day" />
      </td>
      <td class="cell-seen dim">
        <MomentOrNever at={date(seen)} now={now} />
      </td>
      <Actions {...sample} />
    </tr>
  );
}

function Loading() {
  return (
    <tr>
      <td class="cell-check" />
      <td class="cell-who">
        <div class="who">
          <Skeleton round />
          <span>
            <Skeleton />
            <br />
            <Skeleton size="l" />
          </span>
        </div>
      </td>
      <td class="cell-company">
        <Skeleton />
      </td>
      <td class="cell-status">
        <Skeleton size="s" />
      </td>
      <td class="cell-seen cell-invited" />
      <td class="cell-seen" />
      <td class="cell-actions" />
    </tr>
  );
}

function Filters() {
  return (
    <>
      <Tabs
        label="Filter by status"
        tabs={[
          { href: "#table", label: "All", count: 214, current: true },
          { href: "#table", label: "Not invited", count: 71 },
          { href: "#table", label: "Invited", count: 39 },
          { href: "#table", label: "Joined", count: 97 },
          { href: "#table", label: "Revoked", count: 7 },
        ]}
      />
      <div class="htmx-request">
        <LoadBar label="Loading contacts" />
      </div>
      <form class="toolbar" role="search" aria-label="Sample contacts">
        <Search label="Search sample contacts" placeholder="Search name, email or company" />
      </form>
    </>
  );
}

export function CatalogueTable() {
  return (
    <>
      <section class="panel contacts" id="table" aria-label="Contacts">
        <Filters />
        <Table caption="Contacts and their client portal access" kind="contacts" head={<Head />}>
          {people.map((sample) => (
            <Contact {...sample} />
          ))}
          <Loading />
        </Table>
        <Pager label="Pages of contacts" range="1–4 of 214" next="#table" />
        <BulkBar
          id="sample-bulk"
          label="Actions for the selected contacts"
          total={214}
          shown={4}
          action="#table"
          filter={{ status: "all" }}
        >
          <BulkButton variant="main" icon="mail">
            Login email
          </BulkButton>
          <BulkButton icon="userplus">Invite</BulkButton>
          <BulkButton icon="ban">Revoke access</BulkButton>
        </BulkBar>
      </section>
      <section class="panel" aria-label="Empty">
        <Empty
          door
          title="Open the door to your first client"
          text="Invite someone by email. From then on they sign in at clients.haldenrye.example."
        >
          <ButtonLink variant="primary" icon="userplus" href="#table">
            Invite a client
          </ButtonLink>
        </Empty>
      </section>
      <p class="small muted">
        Moments: <Moment at={now} now={now} />, <Moment at={new Date("2026-11-22T16:40:00Z")} now={now} />,{" "}
        <Moment at={new Date("2026-11-20T14:40:00Z")} now={now} />,{" "}
        <Moment at={new Date("2025-11-03T10:00:00Z")} now={now} />,{" "}
        <Moment at={new Date("2026-11-23T14:50:00Z")} now={now} weekday />
      </p>
    </>
  );
}
