//! A word list: the closed classes of words that attribution looks for, all in lower case.

use std::collections::HashSet;
use std::sync::LazyLock;

type Words = LazyLock<HashSet<&'static str>>;

fn set(text: &'static str) -> HashSet<&'static str> {
    text.split_whitespace().collect()
}

/// Verbs that report what somebody says, thinks or wants, in the forms that news uses.
static REPORTING: Words = LazyLock::new(|| {
    set(
        "said says say saying added adds add adding told tells tell telling stated states state stating noted notes \
         noting remarked remarks remarking affirmed affirms affirming asserted asserts asserting insisted insists \
         insist insisting warned warns warn warning stressed stresses stress stressing emphasized emphasised \
         emphasizes emphasises emphasizing emphasising underscored underscores underscoring underlined underlines \
         underlining reiterated reiterates reiterating explained explains explaining argued argues argue arguing \
         claimed claims claim claiming announced announces announcing declared declares declaring maintained \
         maintains maintaining commented comments commenting confirmed confirms confirming suggested suggests \
         suggesting pointed points pointing acknowledged acknowledges acknowledging admitted admits admitting \
         believes believe believed believing thinks thought expressed expresses expressing voiced voices voicing \
         urged urges urge urging called calls call calling tweeted tweets wrote writes writing posted replied \
         responded answered asked asks hoped hopes hope vowed vows vow pledged pledges promised promises \
         described describes describing recalled recalls continued concluded observed opined quipped joked joking lamented \
         cautioned cautions complained complains denied denies denying dismissed dismisses rejected rejects \
         criticized criticised criticizes slammed hailed praised welcomed welcomes blamed blames accused accuses \
         accusing predicted estimated reported indicated indicates indicating implied signaled signalled outlined \
         clarified clarifies mentioned highlighted highlights proposed proposes recommended demanded demands \
         threatened threatens assured reassured informed briefed quoted cited citing according speaking spoke \
         repeated reaffirmed reaffirms reassured contended alleged echoed elaborated decried denounced condemned \
         testified tweeting retorted reasoned disclosed revealed hinted countered summarized questioned",
    )
});

/// Reporting verbs after which a clause tells a claim, so that whoever it is about holds it only as claimed.
static CLAIMING: Words = LazyLock::new(|| {
    set(
        "said says say saying added adds told tells stated states stating noted notes noting remarked affirmed \
         affirms asserted asserts insisted insists warned warns warning stressed stresses stressing emphasized \
         emphasised emphasizes emphasises emphasizing underscored underscores underlined underlines underlining \
         reiterated reiterates explained explains argued argues arguing claimed claims claiming announced declared \
         declares maintained maintains commented confirmed confirms suggested suggests suggesting acknowledged \
         admitted believes believed thinks tweeted wrote continued concluded observed opined lamented complained \
         complains predicted reported indicated implied clarified mentioned contended alleged revealed hinted \
         according accused accuses accusing blamed blames criticized criticised slammed denounced decried recalled \
         responded replied testified disclosed reasoned",
    )
});

/// Auxiliaries and other verbs before which a noun phrase is a subject.
static FINITE: Words = LazyLock::new(|| {
    set(
        "is are was were be been has have had do does did will would shall should can could may might must wo \
         cannot won't wouldn't isn't aren't wasn't weren't hasn't haven't hadn't don't doesn't didn't can't \
         couldn't shouldn't agreed agree agrees wants want wanted seeks seek sought refuses refused refuse offered \
         offers withdrew withdraws withdraw pulled left leaves quit quits abandoned violated violates violate \
         signed signs reached reaches accepted accepts accept opposes opposed oppose supports supported support \
         backs backed favors favours favored prefers preferred needs need needed plans planned intends intended \
         remains remained stands stood holds held hold met meets began begin begins started starts start resumed \
         resume resumes suspended suspend suspends ended ends scrapped ditched reneged began hosted hosts host \
         brokered mediated mediates mediate conducts conducted launched imposed imposes reimposed continue \
         continues keeps kept keep failed fails fail tried tries try attempted attempts took takes take made makes \
         make came comes come went goes go gave gives give put puts sent sends send used uses expects expected \
         looks looked gets got wishes wished decided decides ordered orders undertook adopted adopts voted votes \
         encouraged encourages exchanged exchange discussed discuss discusses invited invites invite attended attend \
         convened chose approved approves endorsed endorses issued issues fulfilled honored honoured facilitated \
         facilitates helped helps help pursued pursues pursue ratified advised rebuffed aims aim serves shares \
         stopped stops halted breached breaches unveiled visited arrived held struck clinched concluded sees saw \
         appears appeared appear seems seemed enters entered returns returned rejoined rejoins stayed stays walked \
         walks exits exited moved moves works worked joined committed lived complies complied ruled lifted",
    )
});

/// Adverbs and the like that may stand between a subject and its verb.
static BETWEEN: Words = LazyLock::new(|| {
    set(
        "also then further again later earlier once twice already still now never always not just even only first \
         has have had was were is are be been being will would may might can could must should did does do who \
         which that himself herself itself themselves for his her its part too both all each often soon however \
         meanwhile instead thus yesterday today on monday tuesday wednesday thursday friday saturday sunday",
    )
});

static PREPOSITIONS: Words = LazyLock::new(|| {
    set(
        "of in on at to with from by for against about over under into toward towards near between among amid \
         through via without within across around after before during despite behind beyond regarding concerning \
         including like than per versus upon alongside outside inside since until",
    )
});

/// Prepositions before which a place is a place and not a government.
static PLACE: Words =
    LazyLock::new(|| set("in at near outside inside across around throughout visiting visited"));

/// Offices and callings of one person.
static ROLES: Words = LazyLock::new(|| {
    set(
        "president minister premier chancellor king queen prince emir sultan spokesman spokeswoman spokesperson \
         secretary secretary-general ambassador envoy diplomat official chief head leader negotiator lawmaker mp \
         legislator parliamentarian senator congressman congresswoman representative commander general admiral \
         brigadier colonel adviser advisor aide analyst expert professor scholar politician cleric director \
         chairman chairwoman chair chairperson deputy governor mayor speaker coordinator commissioner source \
         lawyer activist economist researcher fellow columnist pope ayatollah candidate leader \
         undersecretary under-secretary vice-president co-chair negotiator strategist economist historian officer \
         mediator delegate presenter monarch fm pm aspirant president-elect academic specialist pundit philosopher interlocutor \
         counselor counsellor attache consul whip czar dictator servant author founder ceo lecturer nominee \
         rapporteur judge prosecutor assistant",
    )
});

/// Words before a name that are no office.
static HONORIFICS: Words = LazyLock::new(|| {
    set(
        "mr mr. mrs mrs. ms ms. dr dr. gen gen. sen sen. rep rep. gov gov. col col. lt lt. maj maj. adm adm. brig \
         brig. prof prof. amb. sec. sheikh sheik seyed seyyed sayyid sayyed hojatoleslam hojjatoleslam mullah maulvi maulana imam sir lord \
         lady madam ayatollah marshal crown his her excellency majesty highness hon. rev. retired lieutenant major sergeant \
         captain",
    )
});

/// Words that may stand between a country and a role, or before a role.
static MODIFIERS: Words = LazyLock::new(|| {
    set(
        "senior top chief deputy vice prime foreign defense defence interior national security nuclear special \
         former ex ex- then acting new newly current late outgoing incoming first second third political \
         diplomatic military presidential parliamentary permanent high supreme veteran principal lead main \
         government state public press policy legal economic financial energy oil trade finance intelligence \
         justice culture health information home federal republican democratic conservative hardline moderate \
         reformist ranking highest-ranking high-ranking high-level unnamed anonymous informed prominent leading \
         major key independent negotiating negotiation peace administration cabinet ministry council committee \
         parliament majlis house senate congressional white army naval air force guards revolution revolutionary \
         islamic un eu university ruling opposition joint several many some most two three four five six \
         seven other remaining all both certain various numerous few european western eastern arab regional \
         international world global american anti-war warring rival involved concerned armed rebel militant \
         unidentified famous well-known honorable longtime long-time assistant under general spiritual \
         transitional interim elected caretaker central military-run far-right right-wing left-wing hard-line \
         hawkish influential young old retired guarantor neighboring neighbouring friendly permanent member \
         signatory participating negotiating independent own crown legislative \
         career seasoned civil",
    )
});

/// Bodies that are their country, as far as a stance goes.
static GOVERNMENT: Words = LazyLock::new(|| {
    set("government administration officials authorities side team delegation regime leadership leaders \
         negotiators state cabinet diplomats statesmen rulers republic nation govt counterparts \
         policymakers governments delegates representatives mission missions delegations")
});

/// Plural heads of groups.
static GROUPS: Words = LazyLock::new(|| {
    set(
        "sides parties countries powers officials negotiators diplomats lawmakers legislators critics experts \
         signatories leaders governments groups members opponents supporters proponents advocates mediators envoys \
         senators congressmen democrats republicans participants partners allies nations states delegates delegations analysts \
         hawks hardliners ministers presidents ambassadors parliamentarians mps politicians representatives \
         factions forces militias rebels fighters militants protesters demonstrators residents people citizens \
         scientists scholars academics activists veterans specialists observers advisers advisors aides \
         commanders generals elders clerics signers figures detractors backers enemies foes rivals neighbors neighbours \
         guarantors organizations organisations troops terrorists mercenaries insurgents separatists families \
         elites neocons neoconservatives conservatives reformists moderates principlists settlers \
         lobbyists economists chiefs heads spokesmen sources interlocutors voters jihadists hostage-takers \
         community west troika bloc quartet opposition public majority coalition world players actors candidates contenders appointees",
    )
});

/// Group heads that hold a stance only with a modifier ("some people", "the resistance groups").
static VAGUE_GROUPS: Words = LazyLock::new(|| {
    set("people citizens members states nations forces families residents community public majority world \
         organizations organisations heads representatives troops opposition coalition west bloc quartet sources \
         chiefs voters groups neighbors neighbours allies generals")
});

/// Heads of the names of bodies.
static BODIES: Words = LazyLock::new(|| {
    set(
        "ministry council committee organization organisation agency party movement forces army front union league \
         coalition parliament congress senate commission group corps government alliance authority association \
         assembly troika brigade brigades bloc federation confederation center centre institute foundation \
         faction brotherhood secretariat cabinet knesset majlis bundestag duma pentagon kremlin command guard \
         guards jihad resistance team delegation presidency embassy",
    )
});

/// Capitalised words that never begin or make a name of an actor.
static NOT_NAMES: Words = LazyLock::new(|| {
    set(
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august \
         september october november december jcpoa npt the a an this that these those it he she they we i you his \
         her its our their my your who what when where why how there here and but or if as at by for from in of on \
         to with after before while since although though because however moreover meanwhile nevertheless \
         nonetheless furthermore additionally earlier later then now today yesterday also according under during \
         despite following regarding q a barjam bojama instex snapback nobody everyone everybody anyone anybody somebody someone none nothing something everything anything tv press times news agency radio channel \
         daily post journal resolution article chapter act plan accord agreement treaty deal pact protocol \
         convention charter conference summit session meeting talks day week month year street square university \
         airport gulf sea strait river mountain city province south north east west middle central northern \
         southern eastern western god islam islamic muslim christian jewish ramadan nowruz christmas covid-19 \
         coronavirus twitter facebook instagram telegram x well yes no please thank thanks let look one two three \
         four five six seven eight nine ten some many most all both each every any such other another more less \
         first second third last next so yet still even just only not nor neither either can will would should \
         could must do does did has have had is are was were be been photo source tag read more nuclear foreign \
         whereas whether asia africa unlike once until unless amid about regarding concerning given including among between \
         international national joint comprehensive action president prime minister",
    )
});

/// Journalists and the press: never holders.
static PRESS: Words = LazyLock::new(|| {
    set(
        "reporter reporters journalist journalists correspondent correspondents newspaper daily agency website \
         magazine outlet media press editor anchor interviewer interview tv channel radio broadcaster network",
    )
});

/// Nouns that a country's name before them only modifies: the country itself is no holder there.
static MODIFIED: Words = LazyLock::new(|| {
    set(
        "nuclear deal sanctions talks agreement accord pact president military times foreign policy pressure \
         secretary economy oil currency embassy embargo dollar banks bank companies company market soil forces \
         troops citizens nationals people public media press newspaper airport border territory waters coast \
         relations ties trade dispute conflict war crisis issue file case question program programme missile \
         missiles weapons bases base allies ally election elections law hegemony unilateralism negotiations \
         summit meeting conference round venue process dialogue channel envoy ambassador mission visit trip \
         economic political diplomatic maximum secondary primary anti-iran oil-rich capital city province",
    )
});

/// Acts of a country behind its name: it may hold, if the sentence names it nowhere better.
static ACTS: Words = LazyLock::new(|| {
    set(
        "withdrawal exit pullout return refusal decision violation violations commitment offer proposal rejection \
         departure breach behavior behaviour approach stance position demands demand readiness willingness efforts \
         abandonment pull-out quitting mediation move moves unilateral persistent illegal re-entry response responses reply opposition initiative \
         diplomacy unwillingness pledge pledges promise insistence intransigence obligations commitments demand",
    )
});

static FEMALE: Words = LazyLock::new(|| {
    set(
        "ms ms. mrs mrs. spokeswoman chairwoman congresswoman queen madam lady princess actress businesswoman",
    )
});

static MALE: Words = LazyLock::new(|| {
    set(
        "mr mr. spokesman chairman congressman king prince emir sultan sheikh ayatollah cleric imam sir lord \
         hojatoleslam businessman",
    )
});

macro_rules! tests {
    ($($(#[$doc:meta])* $name:ident => $list:ident),+ $(,)?) => {
        $($(#[$doc])* pub fn $name(lower: &str) -> bool { $list.contains(lower) })+
    };
}

tests! {
    /// A verb form that reports speech or thought.
    is_reporting => REPORTING,
    /// A reporting verb whose clause makes claims about others.
    is_claiming => CLAIMING,
    /// May stand between a subject and its verb.
    is_between => BETWEEN,
    is_preposition => PREPOSITIONS,
    /// A preposition of place.
    is_place_preposition => PLACE,
    /// An office or calling.
    is_role => ROLES,
    /// A title of address.
    is_honorific => HONORIFICS,
    /// May stand before a role or group noun.
    is_modifier => MODIFIERS,
    /// After a country: stands for the country.
    is_government => GOVERNMENT,
    /// Plural head of a group.
    is_group => GROUPS,
    /// A group noun too vague to hold anything without a modifier.
    is_vague_group => VAGUE_GROUPS,
    /// Head of the name of a body.
    is_body => BODIES,
    /// No part of a name.
    is_not_name => NOT_NAMES,
    /// Of the press.
    is_press => PRESS,
    /// A noun that a country's name before it only modifies.
    is_modified => MODIFIED,
    /// An act of a country.
    is_act => ACTS,
    is_female_word => FEMALE,
    is_male_word => MALE,
}

/// Reports, or is another verb form whose subject stands before it.
pub fn is_verb(lower: &str) -> bool {
    FINITE.contains(lower) || REPORTING.contains(lower)
}

/// An adverb or auxiliary that may stand between subject and verb.
pub fn is_skippable(lower: &str) -> bool {
    is_between(lower) || (lower.len() > 4 && lower.ends_with("ly"))
}

/// A word of a name that is written small: "Mohammed bin Salman".
pub fn is_name_particle(lower: &str) -> bool {
    matches!(
        lower,
        "bin"
            | "ibn"
            | "al"
            | "el"
            | "de"
            | "da"
            | "van"
            | "von"
            | "der"
            | "den"
            | "la"
            | "le"
            | "di"
            | "ben"
            | "ul"
            | "e"
            | "bint"
            | "dos"
            | "du"
    )
}

/// Words that name an office and nobody: "president", "Senior Administration Official".
pub fn is_office(name: &str) -> bool {
    let name = name.to_lowercase();
    let mut words = name.split(' ').rev();
    let of_office = |word: &str| is_role(word) || is_modifier(word) || is_government(word);
    words.next().is_some_and(is_role) && words.all(of_office)
}
