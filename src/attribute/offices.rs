//! An office: whether a role noun names it, and whether its body speaks for a country.

use crate::article::PartialDate;
use crate::registry::Role;

/// The name of an organ of its country, to judge by the kind of body it names.
pub fn is_state_body(name: &str) -> bool {
    let kinds = [
        "ministry",
        "council",
        "committee",
        "majlis",
        "parliament",
        "congress",
        "senate",
        "house",
        "organization",
        "organisation",
        "department",
        "guard",
        "guards",
        "army",
        "agency",
        "commission",
        "administration",
        "office",
        "bank",
        "force",
        "forces",
        "corps",
        "cabinet",
        "presidency",
        "assembly",
        "service",
        "bureau",
        "mission",
        "court",
        "pentagon",
        "knesset",
        "duma",
        "center",
        "centre",
        "institute",
        "university",
        "party",
        "basij",
        "judiciary",
        "mossad",
        "cia",
        "foundation",
        "democrats",
        "republicans",
    ];
    name.split(' ').any(|word| kinds.contains(&word.to_lowercase().as_str()))
}

pub fn in_office(role: &Role, date: Option<PartialDate>) -> bool {
    let Some(date) = date else { return true };
    role.from.is_none_or(|from| from.first_day() <= date.last_day())
        && role.to.is_none_or(|to| to.last_day() >= date.first_day())
}

/// How well the noun `asked` ("minister", "top diplomat") names the office `held`.
pub fn office_fit(held: &str, asked: &str) -> u8 {
    let plain = |t: &str| -> Vec<String> {
        t.split(' ')
            .filter(|w| {
                !matches!(
                    *w,
                    "senior"
                        | "top"
                        | "chief"
                        | "the"
                        | "veteran"
                        | "current"
                        | "new"
                        | "then"
                        | "country's"
                        | "former"
                )
            })
            .map(|w| match w {
                "spokeswoman" | "spokesperson" => "spokesman".to_owned(),
                "chairwoman" | "chair" | "chairperson" => "chairman".to_owned(),
                "defence" => "defense".to_owned(),
                "advisor" => "adviser".to_owned(),
                "mp" | "parliamentarian" | "legislator" | "congressman" | "congresswoman" | "senator"
                | "representative" => "lawmaker".to_owned(),
                _ => w.to_owned(),
            })
            .collect()
    };
    let former = |t: &str| t.split(' ').any(|w| matches!(w, "former" | "ex" | "late"));
    let (held_words, asked_words) = (plain(held), plain(asked));
    let (Some(held_head), Some(asked_head)) = (held_words.last(), asked_words.last()) else {
        // "chief" alone
        return u8::from(!held.is_empty());
    };
    if former(asked) && !former(held) {
        return 0;
    }
    if held_words == asked_words {
        return 4;
    }
    if held_words.contains(asked_head) && asked_words.iter().all(|w| held_words.contains(w)) {
        return if held_head == asked_head { 3 } else { 2 };
    }
    let has = |w: &str| held_words.iter().any(|h| h == w);
    let diplomat = has("foreign")
        || has("ambassador")
        || has("envoy")
        || has("negotiator")
        || has("diplomat")
        || has("secretary");
    match asked_head.as_str() {
        "diplomat" => 2 * u8::from(diplomat),
        "official" => 1,
        "lawmaker" => u8::from(has("speaker") && (has("parliament") || has("majlis") || has("knesset"))),
        "politician" | "figure" | "leader" => u8::from(
            has("president")
                || has("lawmaker")
                || has("minister")
                || has("speaker")
                || has("leader")
                || has("chancellor"),
        ),
        "negotiator" => u8::from(has("deputy") || has("negotiator") || has("envoy")),
        "envoy" | "ambassador" => 2 * u8::from(has("ambassador") || has("envoy") || has("representative")),
        "chief" | "head" | "director" => {
            u8::from(has("head") || has("director") || has("chief") || has("chairman") || has("secretary"))
        }
        "cleric" => 2 * u8::from(has("ayatollah") || has("cleric") || has("hojatoleslam") || has("imam")),
        "commander" | "general" => {
            2 * u8::from(has("general") || has("commander") || has("admiral") || has("brigadier"))
        }
        "analyst" | "expert" | "scholar" | "academic" | "professor" | "specialist" => {
            2 * u8::from(
                [
                    "analyst",
                    "expert",
                    "scholar",
                    "academic",
                    "professor",
                    "specialist",
                    "researcher",
                    "fellow",
                    "historian",
                ]
                .iter()
                .any(|w| has(w)),
            )
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_nouns_fit_offices() {
        assert!(office_fit("foreign minister", "minister") > 0);
        assert!(office_fit("deputy foreign minister", "senior diplomat") > 0);
        assert!(office_fit("foreign ministry spokesperson", "spokesman") > 0);
        assert!(office_fit("foreign minister", "former foreign minister") == 0);
        assert!(office_fit("president", "minister") == 0);
    }
}
