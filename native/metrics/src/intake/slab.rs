//! Things by number; numbers that became free are given again.

/// Numbered things.
pub struct Slab<T> {
    places: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab { places: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slab<T> {
    /// Keeps a thing; its number.
    pub fn put(&mut self, thing: T) -> u32 {
        if let Some(number) = self.free.pop() {
            if let Some(place) = self.places.get_mut(number as usize) {
                *place = Some(thing);
            }
            return number;
        }
        self.places.push(Some(thing));
        u32::try_from(self.places.len() - 1).unwrap_or(u32::MAX)
    }

    /// The thing of a number.
    pub fn get(&self, number: u32) -> Option<&T> {
        self.places.get(number as usize)?.as_ref()
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.places.get_mut(number as usize)?.as_mut()
    }

    /// Takes a thing out.
    pub fn take(&mut self, number: u32) -> Option<T> {
        let found = self.places.get_mut(number as usize)?.take();
        if found.is_some() {
            self.free.push(number);
        }
        found
    }

    /// All numbers with a thing that `wanted` wants.
    pub fn filter(&self, wanted: impl Fn(&T) -> bool) -> Vec<u32> {
        let wanted = |place: &Option<T>| place.as_ref().is_some_and(&wanted);
        self.places.iter().zip(0..).filter(|(place, _)| wanted(place)).map(|(_, number)| number).collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }
}
