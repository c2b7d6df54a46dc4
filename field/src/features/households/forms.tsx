import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { newId } from "../../core/ids";
import { nfc } from "../../core/text";
import type { HouseholdFields, Operation } from "../../sync/wire";
import { t } from "../../ui/i18n";
import { Button, Empty, Field, Note, Question } from "../../ui/parts";
import { go, goInstead, path } from "../../ui/route";
import { act, cellOf, operations, searchable, tables } from "../common/app";
import { closeDraft, throwDraftAway, useDraft } from "../common/draft";
import { say, Screen } from "../common/shell";

interface HomeForm { id: string; label: string; people: string; cluster: string; zalo_news: boolean | null; lang_screen: string | null; lang_listen: string | null; lang_read: string | null }

const blank = (): HomeForm => ({ id: newId(), label: "", people: "", cluster: "", zalo_news: null, lang_screen: null, lang_listen: null, lang_read: null });

function fromFields(id: string, fields: Partial<HouseholdFields>): HomeForm {
  return {
    ...blank(), id, label: fields.label ?? "", people: fields.people === null || fields.people === undefined ? "" : String(fields.people), cluster: fields.cluster ?? "",
    zalo_news: fields.zalo_news ?? null, lang_screen: fields.lang_screen ?? null, lang_listen: fields.lang_listen ?? null, lang_read: fields.lang_read ?? null,
  };
}

function fieldsOf(form: HomeForm): HouseholdFields {
  const people = form.people.trim() === "" ? null : Number(form.people);
  return {
    label: nfc(form.label), people, cluster: nfc(form.cluster) || null, zalo_news: form.zalo_news,
    lang_screen: form.lang_screen, lang_listen: form.lang_listen, lang_read: form.lang_read,
  };
}

/** A household at the door (no `id`), a change to one, or a refused one put right (`replaces`). */
export function HouseholdForm({ id, replaces }: { id?: string; replaces?: string }): JSX.Element {
  const old = replaces ? operations.value.get(replaces) : undefined;
  const home = id ? tables.value.households.get(id) : undefined;
  const draft = `household:${replaces ?? id ?? "new"}`;
  const { value: form, resumed, set } = useDraft<HomeForm>(draft, () => start(old, id, home));
  const [fault, setFault] = useState<string | null>(null);
  const back = id && !replaces ? path("household", id) : replaces ? path("outbox") : path("households");
  const adding = old ? old.kind === "household.add" : !id;
  if (id && !home && !old) return <Screen title={t("household.title")} back={back}><Empty icon="house">{t("household.not_here")}</Empty></Screen>;
  if (!form) return <Screen title={t("household.title")} back={back}><span /></Screen>;

  const save = async () => {
    const fields = fieldsOf(form);
    if (!fields.label) return setFault(t("fault.label"));
    if (fields.people !== null && !(Number.isInteger(fields.people) && fields.people >= 0 && fields.people <= 60)) return setFault(t("fault.people"));
    setFault(null);
    await closeDraft(draft);
    const target = old ? (old.data as { id: string }).id : (id ?? form.id);
    const extra = { cell: old?.cell ?? cellOf(id ?? null), draft, replaces };
    if (adding) {
      const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Partial<HouseholdFields> & { label: string };
      await act("household.add", { id: target, ...given }, extra);
    } else {
      const before: Record<string, unknown> = home ? { ...home } : {};
      const changed = Object.fromEntries(Object.entries(fields).filter(([field, value]) => (before[field] ?? null) !== value));
      if (Object.keys(changed).length || replaces) await act("household.change", { id: target, set: changed }, extra);
      else await throwDraftAway(draft);
    }
    say(t("saved.on_phone"));
    goInstead("household", target);
  };

  const known = [...new Set([...tables.value.households.values()].map((one) => one.cluster).filter((one): one is string => !!one))].sort();
  const same = adding && form.label.trim() ? [...tables.value.households.values()].find((one) => searchable(one.label) === searchable(form.label)) : undefined;
  const tongues: [string, string][] = [["vi", t("lang.vi")], ["km", t("lang.km")]];
  return (
    <Screen title={t(adding ? "household.new" : "household.edit")} sub={home?.label} back={back}
      foot={<Button kind="main" icon="check" id="save-household" onClick={() => void save().catch(() => setFault(t("fault.not_saved")))}>{t("do.save")}</Button>}>
      {resumed && <Note tone="waiting">{t("form.resumed")}</Note>}
      <section class="card form">
        <Field label={t("form.label")} hint={t("form.label_hint")}>
          <input name="label" type="text" autocomplete="off" maxLength={120} value={form.label} placeholder={t("form.label_example")} onInput={(event) => set({ label: event.currentTarget.value })} />
        </Field>
        {same && <Note tone="attention">{t("form.same_label", { name: same.label })} <a href={path("household", same.id)}>{t("form.open_that")}</a></Note>}
        <Field label={t("form.people")} hint={t("form.people_hint")}>
          <input name="people" type="text" inputMode="numeric" autocomplete="off" maxLength={3} class="short" value={form.people} onInput={(event) => set({ people: event.currentTarget.value.replace(/\D/g, "") })} />
        </Field>
        <Field label={t("form.cluster")} hint={t("form.cluster_hint")}>
          <input name="cluster" type="text" list="clusters" autocomplete="off" maxLength={80} value={form.cluster} onInput={(event) => set({ cluster: event.currentTarget.value })} />
        </Field>
        <datalist id="clusters">{known.map((name) => <option key={name} value={name} />)}</datalist>
        <Question icon="chat" label={t("form.zalo")} value={form.zalo_news} answers={[[true, t("answer.yes")], [false, t("answer.no")]]} onChange={(zalo_news) => set({ zalo_news })} testId="zalo" />
        <Question icon="screen" label={t("form.screen")} value={form.lang_screen} answers={tongues} onChange={(lang_screen) => set({ lang_screen })} />
        <Question icon="ear" label={t("form.listen")} value={form.lang_listen} answers={tongues} onChange={(lang_listen) => set({ lang_listen })} />
        <Question icon="book" label={t("form.read")} value={form.lang_read} answers={tongues} onChange={(lang_read) => set({ lang_read })} />
      </section>
      {fault && <Note tone="bad">{fault}</Note>}
    </Screen>
  );
}

function start(old: Operation | undefined, id: string | undefined, home: HouseholdFields | undefined): HomeForm {
  if (old?.kind === "household.add") return fromFields(old.data.id, old.data);
  if (old?.kind === "household.change") return fromFields(old.data.id, { ...home, ...tables.value.households.get(old.data.id), ...old.data.set });
  return id && home ? fromFields(id, home) : blank();
}

interface PersonForm { id: string; name: string; birth_year: string }

/** A resident of a household, named only when helped or asking. */
export function PersonPage({ household, id, replaces }: { household?: string; id?: string; replaces?: string }): JSX.Element {
  const old = replaces ? operations.value.get(replaces) : undefined;
  const person = id ? tables.value.residents.get(id) : undefined;
  const draft = `person:${replaces ?? id ?? household ?? ""}`;
  const { value: form, set } = useDraft<PersonForm>(draft, () => {
    const data = (old?.data ?? {}) as { id?: string; name?: string; birth_year?: number | null; set?: { name?: string; birth_year?: number | null } };
    const year = data.birth_year ?? data.set?.birth_year ?? person?.birth_year;
    return { id: data.id ?? id ?? newId(), name: data.name ?? data.set?.name ?? person?.name ?? "", birth_year: year ? String(year) : "" };
  });
  const [fault, setFault] = useState<string | null>(null);
  const [leaving, setLeaving] = useState(false);
  const home = household ?? person?.household ?? (old?.kind === "resident.add" ? old.data.household : "");
  const back = replaces ? path("outbox") : path("household", home);
  useEffect(() => setLeaving(false), [id]);
  if (!form) return <Screen title={t("person.title")} back={back}><span /></Screen>;

  const save = async () => {
    const name = nfc(form.name);
    const year = form.birth_year ? Number(form.birth_year) : null;
    if (!name) return setFault(t("fault.name"));
    if (year !== null && (year < 1900 || year > new Date().getFullYear())) return setFault(t("fault.year"));
    await closeDraft(draft);
    const extra = { cell: old?.cell ?? cellOf(home), draft, replaces };
    if (id || old?.kind === "resident.change") {
      const target = id ?? (old!.data as { id: string }).id;
      const changed = { ...(name !== person?.name ? { name } : {}), ...(year !== (person?.birth_year ?? null) ? { birth_year: year } : {}) };
      if (Object.keys(changed).length || replaces) await act("resident.change", { id: target, set: changed }, extra);
      else await throwDraftAway(draft);
    } else await act("resident.add", { id: form.id, household: home, name, ...(year ? { birth_year: year } : {}) }, extra);
    say(t("saved.on_phone"));
    goInstead("household", home);
  };
  const leave = async (reason: "moved_away" | "died" | "mistake") => {
    await closeDraft(draft);
    await act("resident.leave", { id: id!, reason }, { cell: cellOf(home), draft });
    say(t("saved.on_phone"));
    go("household", home);
  };
  return (
    <Screen title={t(id ? "person.edit" : "household.add_person")} sub={tables.value.households.get(home)?.label} back={back}
      foot={<Button kind="main" icon="check" id="save-person" onClick={() => void save().catch(() => setFault(t("fault.not_saved")))}>{t("do.save")}</Button>}>
      <section class="card form">
        <Field label={t("person.name")} hint={t("person.name_hint")}>
          <input name="name" type="text" autocomplete="off" maxLength={80} value={form.name} onInput={(event) => set({ name: event.currentTarget.value })} />
        </Field>
        <Field label={t("person.year")} hint={t("person.year_hint")}>
          <input name="birth_year" type="text" inputMode="numeric" class="short" autocomplete="off" maxLength={4} value={form.birth_year} onInput={(event) => set({ birth_year: event.currentTarget.value.replace(/\D/g, "") })} />
        </Field>
      </section>
      {fault && <Note tone="bad">{fault}</Note>}
      {id && !leaving && <Button kind="quiet" icon="close" onClick={() => setLeaving(true)}>{t("person.leave")}</Button>}
      {leaving && (
        <section class="card form">
          <p>{t("person.leave_why")}</p>
          <Button onClick={() => void leave("moved_away")}>{t("person.moved_away")}</Button>
          <Button onClick={() => void leave("died")}>{t("person.died")}</Button>
          <Button onClick={() => void leave("mistake")}>{t("person.mistake")}</Button>
        </section>
      )}
    </Screen>
  );
}
