import Household
print(household)
