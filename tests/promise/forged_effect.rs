//! An effect of one's own: harmless by its own word.

struct Mine;

impl zelo::saga::Effect for Mine {
    const NAME: zelo::saga::step::EffectName = zelo::saga::step::EffectName::Reads;
}

fn main() {}
