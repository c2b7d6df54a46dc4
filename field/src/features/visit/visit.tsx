import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { vnDay } from "../../core/clock";
import type { Visit } from "../../sync/tables";
import type { Operation, Outcome } from "../../sync/wire";
import { Icon, Ladder, serviceIcon } from "../../ui/icons";
import { day, named, t } from "../../ui/i18n";
import { Button, Choice, Empty, Field, Note } from "../../ui/parts";
import { go, goInstead, path } from "../../ui/route";
import { act, cellOf, giveUp, members, operations, peopleOf, records, serviceById, services, session, tables, takeBack, todayIso } from "../common/app";
import { closeDraft, throwDraftAway, useDraft } from "../common/draft";
import { say, Screen } from "../common/shell";
import { addAssists, blankVisit, correction, NOTE_LIMIT, operationToForm, UNNAMED, visitData, visitToForm, type VisitForm } from "./form";

const OUTCOMES: Outcome[] = ["met", "absent", "come_back", "not_now"];

/** Recording a visit (`household`), setting one right (`visit`), or putting a refused one right (`replaces`). */
export function VisitPage({ household, visit, replaces }: { household?: string; visit?: string; replaces?: string }): JSX.Element {
  const old = replaces ? operations.value.get(replaces) : undefined;
  const known = visit ?? (old?.kind === "visit.correct" ? old.data.id : undefined);
  const before = known ? tables.value.visits.get(known) : undefined;
  const home = household ?? before?.household ?? (old?.kind === "visit.record" ? old.data.household : undefined) ?? "";
  const people = peopleOf.value.get(home) ?? [];
  const draft = replaces ? `fix:${replaces}` : known ? `correct:${known}` : `visit:${home}`;
  const { value: form, resumed, set } = useDraft<VisitForm>(draft, () =>
    (old && operationToForm(old, before)) || (before ? visitToForm(before) : blankVisit(people.map((one) => one.id))));
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const back = replaces ? path("outbox") : path("household", home);
  if (!tables.value.households.has(home) || (known && !before)) {
    return <Screen title={t("visit.title")} back={back}><Empty icon="house">{t("household.not_here")}</Empty></Screen>;
  }
  if (!form) return <Screen title={t("visit.title")} back={back}><span /></Screen>;

  const save = async () => {
    if (!form.outcome) return setFault(t("fault.outcome"));
    setBusy(true);
    try {
      await keep(form, { home, before, old, draft, replaces });
      goInstead("household", home);
    } catch {
      setFault(t("fault.not_saved"));
      setBusy(false);
    }
  };
  const cancel = async () => {
    await throwDraftAway(draft);
    go("household", home);
  };
  return (
    <Screen title={t(before ? "visit.correct" : "visit.title")} sub={tables.value.households.get(home)?.label} back={back}
      foot={<Button kind="main" icon="check" id="save-visit" disabled={busy || !form.outcome} onClick={() => void save()}>{t("visit.save")}</Button>}>
      {resumed && !before && <Note tone="waiting" action={<button type="button" class="button quiet small" onClick={() => void cancel()}><span>{t("visit.discard_draft")}</span></button>}>{t("visit.resumed")}</Note>}
      {before && <p class="soft">{t("visit.of_day", { day: day(before.on) })}</p>}
      <section>
        <h2>{t("visit.who_home")}</h2>
        <div class="tiles" data-testid="outcomes">
          {OUTCOMES.map((outcome) => (
            <Choice key={outcome} icon={outcome} word={t(`outcome.${outcome}`)} chosen={form.outcome === outcome} testId={`outcome-${outcome}`}
              onClick={() => { setFault(null); set({ outcome }); }} />
          ))}
        </div>
      </section>
      {form.outcome === "met" && <Help form={form} set={set} home={home} />}
      {form.outcome && form.outcome !== "met" && form.outcome !== "not_now" && <FollowUp form={form} set={set} />}
      {form.outcome && <More form={form} set={set} />}
      {fault && <Note tone="bad">{fault}</Note>}
    </Screen>
  );
}

interface Where { home: string; before: Visit | undefined; old: Operation | undefined; draft: string; replaces?: string }

async function keep(form: VisitForm, { home, before, old, draft, replaces }: Where): Promise<void> {
  await closeDraft(draft);
  const extra = { cell: cellOf(home), draft, replaces };
  if (before) {
    const change = correction(form, before);
    if (!Object.keys(change).length && !replaces) return throwDraftAway(draft);
    const { op_id } = await act("visit.correct", { id: before.id, set: change }, extra);
    say(t("visit.corrected"), t("do.undo"), () => void undoCorrection(op_id));
    return;
  }
  const data = visitData(form, home);
  // A stated day is kept when a refused visit is put right: it happened when it happened.
  const stated = old ? (old.day ?? vnDay(old.phone_at + (old.offset_ms ?? 0))) : null;
  const { op_id } = await act("visit.record", data, { ...extra, day: stated });
  say(t("visit.saved"), t("do.undo"), () => void undo(op_id, data.id, home));
}

/** Not yet sent: gone as if never made. Perhaps sent: a void entry, so that nothing is counted twice or lost. */
async function undo(opId: string, id: string, home: string): Promise<void> {
  if (!(await takeBack(opId))) {
    // Refused meanwhile: there is no visit to void, only the operation to give up.
    if (records.value.some((record) => record.op_id === opId && record.state === "refused")) await giveUp(opId);
    else await act("visit.void", { id }, { cell: cellOf(home) });
  }
  say(t("visit.undone"));
}

async function undoCorrection(opId: string): Promise<void> {
  say(t((await takeBack(opId)) ? "visit.undone" : "visit.undo_late"));
}

type Part = { form: VisitForm; set: (change: Partial<VisitForm>) => void };

function Help({ form, set, home }: Part & { home: string }): JSX.Element {
  const people = peopleOf.value.get(home) ?? [];
  const ladder = useRef<HTMLElement>(null);
  const given = useRef<HTMLElement>(null);
  const service = form.service ? serviceById.value.get(form.service) : undefined;
  const toggle = (who: string) => set({ chosen: form.chosen.includes(who) ? form.chosen.filter((one) => one !== who) : [...form.chosen, who] });
  const nameOf = (who: string) => (who === UNNAMED ? t("person.unnamed") : people.find((one) => one.id === who)?.name ?? t("person.gone"));
  const show = (what: { current: HTMLElement | null }) => setTimeout(() => what.current?.scrollIntoView?.({ behavior: "smooth", block: "center" }), 60);
  const choose = (id: string) => {
    set({ service: form.service === id ? null : id });
    show(ladder);
  };
  const take = (id: string, stage: string) => {
    set({ assists: addAssists(form, id, stage), service: null });
    show(given);
  };
  const only = form.chosen.length === 1 ? form.chosen[0] : undefined;
  const held = (id: string) => (only && only !== UNNAMED ? tables.value.progress.get(only)?.stages[id]?.[0] : undefined);
  return (
    <>
      {form.assists.length > 0 && (
        <section ref={given} class="givenbox">
          <h2>{t("visit.help_given")}</h2>
          <ul class="given" data-testid="given">
            {form.assists.map((one, at) => {
              const what = serviceById.value.get(one.service);
              return (
                <li key={at} class="card">
                  <Icon name={serviceIcon(what)} size={26} />
                  <span><b>{nameOf(one.who)}</b><small>{named(what?.names)} – {named(what?.stages.find((step) => step.code === one.stage)?.names)}</small></span>
                  <button type="button" class={`result ${one.result}`} aria-pressed={one.result === "problem"}
                    onClick={() => set({ assists: form.assists.map((other, i) => (i === at ? { ...other, result: one.result === "done" ? "problem" : "done" } : other)) })}>
                    <Icon name={one.result} size={22} /><span>{t(`result.${one.result}`)}</span>
                  </button>
                  <button type="button" class="remove" aria-label={t("visit.remove_help")} onClick={() => set({ assists: form.assists.filter((_, i) => i !== at) })}><Icon name="close" size={20} /></button>
                </li>
              );
            })}
          </ul>
        </section>
      )}
      <section>
        <h2>{t("visit.whom")}</h2>
        <div class="list" data-testid="people">
          {people.map((person) => (
            <Choice key={person.id} wide icon="person" word={person.name} hint={person.birth_year ? t("person.born", { year: person.birth_year }) : undefined}
              chosen={form.chosen.includes(person.id)} onClick={() => toggle(person.id)} testId="choose-person" />
          ))}
          <Choice wide icon="unnamed" word={t("person.unnamed")} hint={t("person.unnamed_hint")} chosen={form.chosen.includes(UNNAMED)} onClick={() => toggle(UNNAMED)} testId="choose-unnamed" />
          <a class="button quiet" href={path("household", home, "person")}><Icon name="personadd" /><span>{t("household.add_person")}</span></a>
        </div>
      </section>
      <section>
        <h2>{t("visit.what")}</h2>
        <div class="services" data-testid="services">
          {services.value.map((one) => (
            <Choice key={one.id} icon={serviceIcon(one)} word={named(one.names)} chosen={form.service === one.id} onClick={() => choose(one.id)} testId={`service-${one.code}`}>
              {held(one.id) ? <Ladder level={one.stages.findIndex((step) => step.code === held(one.id)) + 1} of={one.stages.length} /> : null}
            </Choice>
          ))}
        </div>
      </section>
      {service && (
        <section ref={ladder} class="ladderbox">
          <h2>{t("visit.how_far", { service: named(service.names) })}</h2>
          <div class="list" data-testid="stages">
            {service.stages.map((step, at) => (
              <Choice key={step.code} wide word={named(step.names)} hint={held(service.id) === step.code ? t("visit.stage_now") : undefined} chosen={false} testId={`stage-${step.code}`}
                onClick={() => take(service.id, step.code)}>
                <Ladder level={at + 1} of={service.stages.length} />
              </Choice>
            ))}
          </div>
        </section>
      )}
    </>
  );
}

function later(days: number): string {
  return vnDay(Date.parse(`${todayIso()}T05:00:00Z`) + days * 86_400_000);
}

function FollowUp({ form, set }: Part): JSX.Element {
  const quick: [string, string][] = [[later(1), t("visit.tomorrow")], [later(3), t("visit.in_days", { n: 3 })], [later(7), t("visit.in_week")]];
  return (
    <section>
      <h2>{t("visit.when_back")}</h2>
      <div class="answers">
        {quick.map(([iso, word]) => (
          <button type="button" key={iso} class={`answer${form.follow_up_on === iso ? " chosen" : ""}`} aria-pressed={form.follow_up_on === iso}
            onClick={() => set({ follow_up_on: form.follow_up_on === iso ? null : iso })}>
            {form.follow_up_on === iso && <Icon name="check" size={18} />}<span>{word}</span>
          </button>
        ))}
      </div>
      <Field label={t("visit.other_day")}>
        <input type="date" min={todayIso()} value={form.follow_up_on ?? ""} onInput={(event) => set({ follow_up_on: event.currentTarget.value || null })} />
      </Field>
    </section>
  );
}

function More({ form, set }: Part): JSX.Element {
  const me = session.value?.user.id;
  if (!form.more) return <Button kind="quiet" icon="plus" id="more" onClick={() => set({ more: true })}>{t("visit.more")}</Button>;
  return (
    <>
      {(form.outcome === "met" || form.outcome === "not_now") && <FollowUp form={form} set={set} />}
      <section class="card form">
        <Field label={t("visit.note")} hint={t("visit.note_hint", { n: NOTE_LIMIT - form.note.length })}>
          <textarea name="note" rows={3} maxLength={NOTE_LIMIT} value={form.note} onInput={(event) => set({ note: event.currentTarget.value })} />
        </Field>
        {members.value.length > 1 && (
          <Field label={t("visit.done_by")} hint={t("visit.done_by_hint")}>
            <select name="done_by" value={form.done_by ?? ""} onChange={(event) => set({ done_by: event.currentTarget.value || null })}>
              <option value="">{t("visit.done_by_me")}</option>
              {members.value.filter((one) => one.id !== me).map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
            </select>
          </Field>
        )}
      </section>
    </>
  );
}
