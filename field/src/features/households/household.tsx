import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { compareIds } from "../../core/ids";
import type { Household, Visit } from "../../sync/tables";
import { Icon, Ladder, serviceIcon } from "../../ui/icons";
import { day, named, t } from "../../ui/i18n";
import { Button, Empty, Note, PendingMark } from "../../ui/parts";
import { go, path } from "../../ui/route";
import { act, cellOf, memberNames, peopleOf, serviceById, tables, todayIso, type HomePeople } from "../common/app";
import { openDrafts } from "../common/draft";
import { say, Screen } from "../common/shell";
import { callWords } from "./list";

export function HouseholdPage({ id }: { id: string }): JSX.Element {
  const home = tables.value.households.get(id);
  const [draft, setDraft] = useState(false);
  useEffect(() => { void openDrafts().then((drafts) => setDraft(drafts.includes(`visit:${id}`))); }, [id]);
  if (!home) {
    return <Screen title={t("household.title")} back={path("households")}><Empty icon="house">{t("household.not_here")}</Empty></Screen>;
  }
  const call = callWords(tables.value.calls.get(id));
  const visits = [...tables.value.visits.values()].filter((visit) => visit.household === id)
    .sort((a, b) => (a.on === b.on ? compareIds(b.id, a.id) : a.on < b.on ? 1 : -1));
  return (
    <Screen title={home.label} sub={home.cluster ?? undefined} back={path("households")}
      foot={<Button kind="main" icon="house" id="record-visit" onClick={() => go("household", id, "visit")}>{t(draft ? "household.resume_visit" : "household.record_visit")}</Button>}>
      {draft && <Note tone="waiting">{t("household.draft_waits")}</Note>}
      <section class="card">
        <p class={`callline ${call.tone}`}><Icon name={call.icon} size={26} /> <b>{call.words}</b> <PendingMark pending={home.pending} /></p>
        <Facts home={home} />
        <Button icon="edit" kind="quiet" onClick={() => go("household", id, "edit")}>{t("household.edit")}</Button>
      </section>
      <section>
        <h2><Icon name="people" /> {t("household.residents")}</h2>
        <People id={id} />
        <Button icon="personadd" onClick={() => go("household", id, "person")}>{t("household.add_person")}</Button>
      </section>
      <section>
        <h2><Icon name="today" /> {t("household.visits")}</h2>
        {visits.length ? visits.map((visit) => <VisitCard key={visit.id} visit={visit} />) : <p class="soft">{t("household.no_visit")}</p>}
      </section>
    </Screen>
  );
}

function Facts({ home }: { home: Household }): JSX.Element {
  const tongue = (code: string | null) => (code === "km" ? t("lang.km") : code === "vi" ? t("lang.vi") : t("fact.not_asked"));
  return (
    <dl class="facts">
      <div><dt><Icon name="people" size={20} /> {t("fact.people")}</dt><dd>{home.people ?? t("fact.not_asked")}</dd></div>
      <div><dt><Icon name="chat" size={20} /> {t("fact.zalo")}</dt><dd>{home.zalo_news === null ? t("fact.not_asked") : t(home.zalo_news ? "answer.yes" : "answer.no")}</dd></div>
      <div><dt><Icon name="screen" size={20} /> {t("fact.screen")}</dt><dd>{tongue(home.lang_screen)}</dd></div>
      <div><dt><Icon name="ear" size={20} /> {t("fact.listen")}</dt><dd>{tongue(home.lang_listen)}</dd></div>
      <div><dt><Icon name="book" size={20} /> {t("fact.read")}</dt><dd>{tongue(home.lang_read)}</dd></div>
    </dl>
  );
}

function People({ id }: { id: string }): JSX.Element {
  const people = peopleOf.value.get(id) ?? [];
  if (!people.length) return <p class="soft">{t("household.no_person")}</p>;
  return <ul class="people">{people.map((person) => <Person key={person.id} person={person} />)}</ul>;
}

function Person({ person }: { person: HomePeople }): JSX.Element {
  const stages = Object.entries(tables.value.progress.get(person.id)?.stages ?? {});
  return (
    <li class="card person">
      <p>
        <Icon name="person" size={22} />
        <span class="who"><b>{person.name}</b>{person.birth_year && <small class="soft"> · {t("person.born", { year: person.birth_year })}</small>} <PendingMark pending={person.pending} /></span>
        <a class="edit" href={path("person", person.id)} aria-label={t("person.edit_of", { name: person.name })}><Icon name="edit" size={20} /></a>
      </p>
      {stages.length > 0 && (
        <ul class="stages">
          {stages.map(([id, [stage]]) => {
            const service = serviceById.value.get(id);
            if (!service) return null;
            const level = service.stages.findIndex((one) => one.code === stage) + 1;
            return (
              <li key={id}>
                <Icon name={serviceIcon(service)} size={20} /> <span>{named(service.names)}</span>
                <Ladder level={level} of={service.stages.length} /> <b>{named(service.stages[level - 1]?.names)}</b>
              </li>
            );
          })}
        </ul>
      )}
    </li>
  );
}

export function assistWords(visit: Visit): { icon: string; text: string; problem: boolean }[] {
  return visit.assists.map(([resident, id, stage, result]) => {
    const service = serviceById.value.get(id);
    const who = resident ? tables.value.residents.get(resident)?.name ?? t("person.gone") : t("person.unnamed");
    const step = named(service?.stages.find((one) => one.code === stage)?.names) || stage;
    return { icon: serviceIcon(service), text: `${who}: ${named(service?.names) || t("service.unknown")} – ${step}`, problem: result === "problem" };
  });
}

export function VisitCard({ visit, withHome = false }: { visit: Visit; withHome?: boolean }): JSX.Element {
  const [open, setOpen] = useState(false);
  const home = tables.value.households.get(visit.household);
  const author = visit.done_by ?? visit.by;
  const gone = visit.state === "void";
  const cancel = async () => {
    await act("visit.void", { id: visit.id }, { cell: cellOf(visit.household) });
    say(t("visit.voided"));
  };
  return (
    <article class={`card visit${gone ? " void" : ""}`} data-testid="visit">
      <p class="line">
        <Icon name={gone ? "close" : visit.outcome} size={24} />
        <b>{withHome && home ? home.label : visit.on === todayIso() ? t("day.today") : day(visit.on)}</b>
        <span>{t(gone ? "visit.void_word" : `outcome.${visit.outcome}`)}</span>
        <PendingMark pending={visit.pending} />
      </p>
      {!gone && assistWords(visit).map((line, at) => (
        <p class="assist" key={at}><Icon name={line.icon} size={20} /> <span>{line.text}{line.problem && <em> · {t("result.problem")}</em>}</span></p>
      ))}
      {!gone && visit.follow_up_on && <p class="assist"><Icon name="come_back" size={20} /> {t("visit.follow_up_on", { day: day(visit.follow_up_on) })}</p>}
      {!gone && visit.note && <p class="assist"><Icon name="note" size={20} /> {visit.note}</p>}
      {author && <p class="soft by">{t("visit.by", { name: memberNames.value.get(author) ?? t("person.colleague") })}</p>}
      {!gone && !open && <button type="button" class="button quiet small" onClick={() => setOpen(true)} data-testid="visit-change"><Icon name="edit" size={18} /><span>{t("visit.change")}</span></button>}
      {open && !gone && (
        <div class="pair">
          <Button icon="edit" onClick={() => go("visit", visit.id)}>{t("visit.correct")}</Button>
          <Button icon="close" kind="danger" onClick={() => void cancel()}>{t("visit.cancel")}</Button>
        </div>
      )}
    </article>
  );
}
