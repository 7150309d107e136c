use super::*;

fn found(text: &str) -> Vec<(String, String)> {
    let registry = Registry::builtin();
    let hits = registry.matches(text).into_iter();
    hits.map(|hit| (text[hit.span].to_owned(), registry.actor(hit.actor).name.clone())).collect()
}

#[track_caller]
fn assert_found(text: &str, expected: &[(&str, &str)]) {
    let found = found(text);
    let found: Vec<(&str, &str)> = found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(found, expected, "in {text:?}");
}

fn name_of(id: Option<ActorId>) -> Option<&'static str> {
    id.map(|id| Registry::builtin().actor(id).name.as_str())
}

fn holder(title: &str, side: &str, date: &str) -> Option<&'static str> {
    let date = (!date.is_empty()).then(|| date.parse().unwrap());
    name_of(Registry::builtin().office_holder(title, side, date))
}

#[test]
fn the_builtin_actors_load_and_are_many() {
    let loaded = load::load(BUILTIN).unwrap();
    assert!(loaded.actors.len() >= 1000, "{}", loaded.actors.len());
    let states = loaded.actors.iter().filter(|actor| actor.kind == ActorKind::Country).count();
    assert!(states >= 193, "{states}");
}

#[test]
fn titles_and_leaders_name_offices_that_somebody_holds() {
    let registry = Registry::builtin();
    let titles: std::collections::HashSet<&str> =
        registry.actors().flat_map(|(_, actor)| &actor.roles).map(|role| role.title.as_str()).collect();
    let loaded = load::load(BUILTIN).unwrap();
    for office in loaded.titles.values().flatten() {
        assert!(titles.contains(office.as_str()), "no role has the title {office:?}");
    }
}

#[test]
fn every_builtin_name_is_found_in_a_sentence_and_by_lookup() {
    let registry = Registry::builtin();
    for (id, actor) in registry.actors() {
        assert_eq!(registry.find(&actor.name), Some(id), "{}", actor.name);
        let text = format!("it was {} that spoke", actor.name);
        let hits = registry.matches(&text);
        assert_eq!(hits.len(), 1, "{}: {hits:?}", actor.name);
        let written = actor.name.trim_end_matches('.');
        assert_eq!(hits[0].actor, id);
        assert!(text[hits[0].span.clone()].contains(written), "{}: {hits:?}", actor.name);
    }
}

#[test]
fn known_people_do_not_merge_under_fuzzy_lookup() {
    // Names in the registry of different people that fold alike would make lookups silently wrong.
    let registry = Registry::builtin();
    let people: Vec<&Actor> =
        registry.actors().map(|(_, a)| a).filter(|a| a.kind == ActorKind::Person).collect();
    for (index, a) in people.iter().enumerate() {
        for b in &people[index + 1..] {
            assert!(!same_person(&a.name, &b.name), "{} / {}", a.name, b.name);
        }
    }
}

#[test]
fn names_are_found_on_word_boundaries_with_their_spans() {
    assert_found(
        "Iran's envoy met Lavrov in Vienna.",
        &[("Iran", "Iran"), ("Lavrov", "Sergey Lavrov"), ("Vienna", "Austria")],
    );
    assert_found("Iran’s offer, Iranology and Iranian-made parts", &[("Iran", "Iran"), ("Iranian", "Iran")]);
    assert_found(
        "Hossein Amir-Abdollahian and Recep Tayyip Erdoğan spoke",
        &[
            ("Hossein Amir-Abdollahian", "Hossein Amir Abdollahian"),
            ("Recep Tayyip Erdoğan", "Recep Tayyip Erdogan"),
        ],
    );
    assert_found("Ayatollah Khamene’i said", &[("Ayatollah Khamene’i", "Ali Khamenei")]);
    assert_found("the P5+1 and the E3, then the 4+1", &[("P5+1", "P5+1"), ("E3", "E3"), ("4+1", "P4+1")]);
    assert_found(
        "the Supreme National\nSecurity Council",
        &[("Supreme National\nSecurity Council", "Supreme National Security Council")],
    );
}

#[test]
fn us_is_a_country_only_in_capitals() {
    assert_found(
        "They told us that the US, the U.S. and the U.S.-led force stay.",
        &[("US", "United States"), ("U.S.", "United States"), ("U.S.", "United States")],
    );
    assert_found("IRAN REJECTS US OFFER", &[("IRAN", "Iran"), ("US", "United States")]);
    assert_found("CONTACT US", &[]);
    assert_found("Who knows who rang the WHO?", &[("WHO", "World Health Organization")]);
    assert_found("WHO WANTS PEACE", &[]);
    let registry = Registry::builtin();
    assert_eq!(registry.find("us"), None);
    assert_eq!(name_of(registry.find("US")), Some("United States"));
    assert_eq!(name_of(registry.find("the u.s.")), None);
    assert_eq!(name_of(registry.find("the U.S.")), Some("United States"));
}

#[test]
fn people_named_like_countries_are_not_countries() {
    assert_found("A guard, Jordan Hale, spoke to Chad Miles about it", &[]);
    assert_found("Officials from Jordan and Chad met", &[("Jordan", "Jordan"), ("Chad", "Chad")]);
    assert_found("Jordan Rejects New Proposal", &[("Jordan", "Jordan")]);
    assert_found("patrols in the South China Sea", &[]);
    assert_found("from the West Bank, not from the West", &[("the West", "the West")]);
    assert_found("they ate turkey and polish sausage", &[]);
}

#[test]
fn family_names_stand_for_one_person_and_not_for_relatives() {
    let registry = Registry::builtin();
    let hits = registry.matches("Trump spoke; Zarif listened.");
    assert!(hits.iter().all(|hit| hit.form == AliasForm::FamilyName));
    assert_found(
        "Trump spoke; Zarif listened.",
        &[("Trump", "Donald Trump"), ("Zarif", "Mohammad Javad Zarif")],
    );
    assert_found("Hunter Biden was there", &[("Hunter Biden", "Hunter Biden")]);
    assert_found("Michael Trump was there", &[]);
    assert_found("Kim left", &[]);
    assert_found("It may be that May comes", &[]);
}

#[test]
fn names_are_looked_up_without_titles_and_in_any_spelling() {
    let registry = Registry::builtin();
    for (name, expected) in [
        ("President Donald J. Trump", "Donald Trump"),
        ("Seyyed Abbas Araqchi", "Abbas Araghchi"),
        ("Kamal Kharrazi", "Kamal Kharazi"),
        ("hossein amirabdollahian", "Hossein Amir Abdollahian"),
        ("Hosein Amir Abdolahian", "Hossein Amir Abdollahian"),
        ("Ayatollah Seyed Ali Khamenei", "Ali Khamenei"),
        ("Volodymyr Zelenskiy", "Volodymyr Zelenskyy"),
        ("Sergei Lavrov", "Sergey Lavrov"),
        ("Ismail Haniya", "Ismail Haniyeh"),
        ("Dr. Zarif", "Mohammad Javad Zarif"),
        ("Tehran", "Iran"),
        ("the White House", "United States"),
        ("the Kremlin", "Russia"),
        ("Élysée", "France"),
    ] {
        assert_eq!(name_of(registry.find(name)), Some(expected), "{name}");
    }
    for stranger in ["Hamid Rouhani", "Sam Trump", "Ahmad Zarif", "Kim", "", "President"] {
        assert_eq!(name_of(registry.find(stranger)), None, "{stranger}");
    }
    assert!(registry.same_person("Kamal Kharazi", "Seyed Kamal Kharrazi"));
    assert!(!registry.same_person("George Bush", "George H. W. Bush"));
}

#[test]
fn offices_are_held_at_their_time() {
    assert_eq!(holder("foreign minister", "Iran", "2019-05"), Some("Mohammad Javad Zarif"));
    assert_eq!(holder("top diplomat", "Iran", "2022"), Some("Hossein Amir Abdollahian"));
    assert_eq!(holder("FM", "Iran", "2025-04-12"), Some("Abbas Araghchi"));
    assert_eq!(holder("Secretary of State", "United States", "2015-07-14"), Some("John Kerry"));
    assert_eq!(holder("top diplomat", "United States", "2023"), Some("Antony Blinken"));
    assert_eq!(holder("foreign minister", "Iran", ""), None);
    assert_eq!(holder("foreign minister", "Iran", "2021-08"), None, "two held it in that month");
    assert_eq!(holder("foreign minister", "Iran", "2021-08-27"), Some("Hossein Amir Abdollahian"));
    assert_eq!(holder("leader", "Iran", "2015"), Some("Ali Khamenei"));
    assert_eq!(holder("leader", "Russia", "2020"), Some("Vladimir Putin"));
    assert_eq!(holder("president", "France", "2019-01"), Some("Emmanuel Macron"));
    assert_eq!(holder("premier", "Israel", "2023"), Some("Benjamin Netanyahu"));
    assert_eq!(holder("foreign policy chief", "European Union", "2021"), Some("Josep Borrell"));
    assert_eq!(holder("nuclear chief", "Iran", "2015"), Some("Ali Akbar Salehi"));
    assert_eq!(holder("foreign ministry spokesman", "Iran", "2021-03"), Some("Saeed Khatibzadeh"));
    assert_eq!(holder("national security advisor", "United States", "2022-02"), Some("Jake Sullivan"));
    assert_eq!(holder("White House press secretary", "US", "2021-06"), Some("Jen Psaki"));
    assert_eq!(holder("director general", "IAEA", "2022"), Some("Rafael Grossi"));
    assert_eq!(holder("secretary-general", "United Nations", "2020"), Some("Antonio Guterres"));
    assert_eq!(holder("astronaut", "Iran", "2020"), None);
    assert_eq!(holder("president", "Atlantis", "2020"), None);
}

#[test]
fn chains_lead_to_the_country() {
    let registry = Registry::builtin();
    let kharrazi = registry.find("Kamal Kharrazi").unwrap();
    let chain: Vec<&str> =
        registry.chain(kharrazi).iter().map(|id| registry.actor(*id).name.as_str()).collect();
    assert_eq!(chain, ["Kamal Kharazi", "Strategic Council on Foreign Relations", "Iran"]);
    let iran = registry.by_name("Iran");
    assert_eq!(registry.country(kharrazi), iran);
    assert_eq!(registry.country(registry.find("European Union").unwrap()), None);
    assert!(registry.children(iran.unwrap()).any(|id| registry.actor(id).name == "Majlis"));
}

#[test]
fn a_listing_filters_and_a_description_shows_everything() {
    let registry = Registry::builtin();
    let filter =
        ActorFilter { name: Some("KHARR".into()), country: Some("Tehran".into()), ..Default::default() };
    let ids = registry.list(&filter).unwrap();
    assert_eq!(name_of(ids.first().copied()), Some("Kamal Kharazi"));
    let text = registry.describe(ids[0]);
    assert!(text.contains("belongs to  Strategic Council on Foreign Relations, Iran"), "{text}");
    assert!(text.contains("foreign minister of Iran, 1997-08-20..2005-08-24"), "{text}");
    assert_eq!(registry.list(&ActorFilter { country: Some("Atlantis".into()), ..Default::default() }), None);
}

fn user(text: &str) -> anyhow::Result<Registry> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    Registry::with_user_file(file.path())
}

#[test]
fn a_user_file_adds_actors_and_replaces_fields() {
    let registry = user(
        "[[actor]]\nname = \"Iran\"\ncapitals = [\"Isfahan\"]\n\n[[actor]]\nname = \"Velmora\"\nkind = \"country\"\n",
    )
    .unwrap();
    let iran = registry.actor(registry.by_name("Iran").unwrap());
    assert_eq!(iran.capitals, ["Isfahan"]);
    assert!(iran.adjectives.contains(&"Iranian".to_owned()), "fields that are not given stay");
    assert_eq!(registry.matches("Velmora and Isfahan").len(), 2);
    assert!(registry.matches("Tehran").is_empty());
}

#[test]
fn faults_in_a_user_file_name_the_line_and_the_remedy() {
    for (text, parts) in [
        (
            "[[actor]]\nname = \"Velmora\"\nkind = \"country\"\ncapitol = \"X\"\n",
            &["line 4", "capitol", "capitals"][..],
        ),
        ("\n[[actor]]\nname = \"Velmora\"\n", &["line 3", "no kind", "add kind"]),
        (
            "[[actor]]\nname = \"Ann Vell\"\nkind = \"person\"\nparent = \"Velmora\"\n",
            &["line 2", "parent 'Velmora'", "add an entry"],
        ),
        (
            "[[actor]]\nname = \"Velmora\"\nkind = \"country\"\naliases = [\"Tehran\"]\n",
            &["line 2", "'Tehran'", "Iran", "preferred"],
        ),
        ("[[actor]]\nname = \"Iran\"\nparent = \"Majlis\"\n", &["circle"]),
        (
            "[[actor]]\nname = \"Ann Vell\"\nkind = \"person\"\nroles = [{ title = \"mayor\", from = \"2020\", to = \"2019\" }]\n",
            &["line 2", "before it begins"],
        ),
        (
            "[[actor]]\nname = \"V\"\nkind = \"country\"\n[[actor]]\nname = \"V\"\n",
            &["line 5", "already", "line 2"],
        ),
        (
            "[[actor]]\nname = \"Ann Vell\"\nkind = \"person\"\nroles = [{ title = \"mayor\", from = \"20\" }]\n",
            &["line 4", "YYYY"],
        ),
    ] {
        let error = format!("{:#}", user(text).expect_err(text));
        for part in parts {
            assert!(error.contains(part), "{part:?} is missing from {error:?}");
        }
    }
}

#[test]
fn a_preferred_alias_may_be_claimed_twice() {
    let registry = user(
        "[[actor]]\nname = \"Velmora\"\nkind = \"country\"\naliases = [\"Tehran\"]\npreferred = [\"Tehran\"]\n",
    )
    .unwrap();
    assert_eq!(registry.actor(registry.find("Tehran").unwrap()).name, "Velmora");
    assert_eq!(registry.actor(registry.matches("Tehran")[0].actor).name, "Velmora");
}
